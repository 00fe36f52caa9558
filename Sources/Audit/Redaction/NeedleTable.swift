/// Finds any of several byte strings, in one pass over the bytes.
struct NeedleTable: Sendable {
    /// The strings by their first byte, the longest first.
    private var byFirstByte: [UInt8: [[UInt8]]] = [:]
    /// Whether a string starts with the byte.
    private var isFirst = [Bool](repeating: false, count: 256)

    var isEmpty: Bool { byFirstByte.isEmpty }

    init(_ needles: Set<[UInt8]>) {
        for needle in needles.sorted(by: { $0.count > $1.count }) {
            guard let first = needle.first else { continue }
            byFirstByte[first, default: []].append(needle)
            isFirst[Int(first)] = true
        }
    }

    /// Where the strings stand, from the left, without overlaps.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            let count = isFirst[Int(bytes[index])] ? matchCount(in: bytes, at: index) : 0
            if count > 0 { ranges.append(index..<(index + count)) }
            index += max(1, count)
        }
        return ranges
    }

    private func matchCount(in bytes: [UInt8], at index: Int) -> Int {
        let match = byFirstByte[bytes[index]]?
            .first { needle in
                bytes.count - index >= needle.count
                    && bytes[index..<(index + needle.count)].elementsEqual(needle)
            }
        return match?.count ?? 0
    }
}
