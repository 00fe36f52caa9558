import Synchronization

/// The memory that requests take over all peers: heads and bodies that are arriving, and bodies
/// whose operation runs.
///
/// A request that arrives whole and is answered at once is never counted: it lives for
/// microseconds, and the loop for which it lives serves one at a time.
final class RequestMemory: Sendable {
    private let byteCountMax: Int
    private let used = Atomic<Int>(0)

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    /// How much is taken now, in bytes.
    var byteCount: Int { used.load(ordering: .relaxed) }

    /// Whether that many bytes more fit; several loops that ask at once may go beyond the limit
    /// by one receive each.
    func hasRoom(for byteCount: Int) -> Bool {
        used.load(ordering: .relaxed) + byteCount <= byteCountMax
    }

    /// Takes bytes; false, and takes none, when they do not fit.
    func take(_ byteCount: Int) -> Bool {
        let sum = used.wrappingAdd(byteCount, ordering: .relaxed).newValue
        guard sum > byteCountMax else { return true }
        give(byteCount)
        return false
    }

    /// Takes bytes, whether or not they fit: they are there already.
    func takeAnyway(_ byteCount: Int) { used.add(byteCount, ordering: .relaxed) }

    /// Gives bytes back.
    func give(_ byteCount: Int) { used.subtract(byteCount, ordering: .relaxed) }
}
