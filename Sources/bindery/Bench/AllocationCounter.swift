import Platform

/// The allocations of this process, counted by a shim before the C library's allocator
/// (`scripts/bench-peers/count-allocations.c`).
struct AllocationCounter {
    /// The file whose first 8 bytes are the count.
    let path: String

    /// What `run` allocates: asking for the count allocates too, which is taken off.
    func allocations(of run: () -> Void) throws(CommandFailure) -> Int64 {
        let empty = try count()
        let before = try count()
        run()
        let after = try count()
        return (after - before) - (before - empty)
    }

    /// How many there were so far.
    private func count() throws(CommandFailure) -> Int64 {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, byteCountMax: 8)
        } catch {
            throw .failed("--allocations: \(error)")
        }
        let count = bytes.reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard count > 0 else {
            throw .failed("--allocations: \(path) counts nothing: start with the shim")
        }
        return count
    }
}
