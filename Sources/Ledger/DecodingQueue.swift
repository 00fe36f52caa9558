import Dispatch
import Synchronization

/// Texts that wait to be decoded, many at once on all cores, and handed on in their order.
///
/// While one batch is decoded, the caller reads the next and the batch before is handed on.
struct DecodingQueue<Input: Sendable, Output: Sendable> {
    /// The texts that are decoded together, and the bytes from which on fewer are.
    private let countMax = 4096
    private let byteCountMax = 16 << 20

    /// A thread of its own: the pool's are those on which who waits here runs, and where there is
    /// one core it would wait for itself.
    private let thread = DispatchQueue(label: "bindery.ledger.decode")

    private let decode: @Sendable (Input) throws(JournalError) -> Output
    private var inputs: [Input] = []
    private var byteCount = 0
    private var running: DecodingBatch<Input, Output>?

    init(decode: @escaping @Sendable (Input) throws(JournalError) -> Output) {
        self.decode = decode
    }

    /// Adds a text; true when it is time to turn.
    mutating func add(_ input: Input, byteCount: Int) -> Bool {
        inputs.append(input)
        self.byteCount += byteCount
        return inputs.count >= countMax || self.byteCount >= byteCountMax
    }

    /// Begins to decode what waits, and hands on the batch before it.
    ///
    /// The first failure, in the order of the texts, is thrown when what came before it was handed on.
    mutating func turn(_ take: (Input, Output) -> Void) throws(JournalError) {
        let finished = running
        finished?.wait()
        running = inputs.isEmpty ? nil : DecodingBatch(inputs, on: thread, decode)
        inputs = []
        byteCount = 0
        try finished?.forEach(take)
    }

    /// Decodes and hands on all that waits.
    mutating func drain(_ take: (Input, Output) -> Void) throws(JournalError) {
        while !inputs.isEmpty || running != nil { try turn(take) }
    }
}

/// Texts that are being decoded, in slices smaller than a core's share, so that no core waits for long.
private final class DecodingBatch<Input: Sendable, Output: Sendable>: Sendable {
    private static var sliceCount: Int { 16 }

    private let inputs: [Input]
    private let slices = Mutex([Int: [Result<Output, JournalError>]]())
    private let group = DispatchGroup()

    /// Begins at once.
    init(
        _ inputs: [Input],
        on thread: DispatchQueue,
        _ decode: @escaping @Sendable (Input) throws(JournalError) -> Output
    ) {
        self.inputs = inputs
        thread
            .async(group: group) {
                DispatchQueue.concurrentPerform(iterations: Self.sliceCount) { slice in
                    let decoded = self.range(slice)
                        .map { index -> Result<Output, JournalError> in
                            do throws(JournalError) {
                                return .success(try decode(inputs[index]))
                            } catch {
                                return .failure(error)
                            }
                        }
                    self.slices.withLock { $0[slice] = decoded }
                }
            }
    }

    /// Waits until all is decoded.
    func wait() { group.wait() }

    /// Hands on what was decoded, in order.
    func forEach(_ take: (Input, Output) -> Void) throws(JournalError) {
        for slice in 0..<Self.sliceCount {
            let results = slices.withLock { $0.removeValue(forKey: slice) } ?? []
            for (index, result) in zip(range(slice), results) {
                take(inputs[index], try result.get())
            }
        }
    }

    private func range(_ slice: Int) -> Range<Int> {
        let length = (inputs.count + Self.sliceCount - 1) / Self.sliceCount
        return (slice * length..<(slice + 1) * length).clamped(to: inputs.indices)
    }
}
