/// Random numbers, fetched many at a time.
///
/// The generator asks the kernel for the process's id at every call, to notice a fork: one system
/// call for each identifier, which showed in profiles of requests. For identifiers only: what was
/// fetched lies in memory until it is used, which a key should not.
struct RandomBlock {
    /// How many numbers are fetched at a time.
    private static let count = 256

    private var numbers: [UInt64] = []

    /// The next number; none is given twice.
    mutating func next() -> UInt64 {
        if numbers.isEmpty { refill() }
        return numbers.removeLast()
    }

    private mutating func refill() {
        let bytes = Random.bytes(count: Self.count * 8)
        for start in stride(from: 0, to: bytes.count, by: 8) {
            numbers.append(bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}
