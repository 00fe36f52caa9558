import Dispatch
import Synchronization

/// Texts that wait to be decoded, many at once on all cores, and handed on in their order.
struct DecodingQueue<Input: Sendable, Output: Sendable> {
    /// The texts that are decoded together, and the bytes from which on fewer are.
    private let countMax = 4096
    private let byteCountMax = 16 << 20
    /// Smaller than a core's share, so that no core waits for long.
    private let sliceCount = 16

    private let decode: @Sendable (Input) throws(JournalError) -> Output
    private var inputs: [Input] = []
    private var byteCount = 0

    init(decode: @escaping @Sendable (Input) throws(JournalError) -> Output) {
        self.decode = decode
    }

    /// Adds a text; true when it is time to drain.
    mutating func add(_ input: Input, byteCount: Int) -> Bool {
        inputs.append(input)
        self.byteCount += byteCount
        return inputs.count >= countMax || self.byteCount >= byteCountMax
    }

    /// Decodes what waits, and hands it on; the first failure, in their order, is thrown when what came
    /// before it was handed on.
    mutating func drain(_ take: (Input, Output) -> Void) throws(JournalError) {
        guard !inputs.isEmpty else { return }
        let (batch, decode) = (inputs, decode)
        inputs.removeAll(keepingCapacity: true)
        byteCount = 0
        let length = (batch.count + sliceCount - 1) / sliceCount
        let results = Mutex([Int: [Result<Output, JournalError>]]())
        DispatchQueue.concurrentPerform(iterations: sliceCount) { slice in
            let range = (slice * length..<(slice + 1) * length).clamped(to: batch.indices)
            let decoded = range.map { index -> Result<Output, JournalError> in
                do throws(JournalError) {
                    return .success(try decode(batch[index]))
                } catch {
                    return .failure(error)
                }
            }
            results.withLock { $0[slice] = decoded }
        }
        let decoded = results.withLock { $0 }
        for slice in 0..<sliceCount {
            for (offset, result) in (decoded[slice] ?? []).enumerated() {
                take(batch[slice * length + offset], try result.get())
            }
        }
    }
}
