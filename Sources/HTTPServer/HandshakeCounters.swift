import Synchronization

/// How one loop's TLS handshakes ended, written by it alone and read by anyone.
final class HandshakeCounters: Sendable {
    /// How a handshake ended.
    enum End { case done, failed, timedOut }

    private let done = Atomic<Int>(0)
    private let resumed = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let timedOut = Atomic<Int>(0)

    func count(_ end: End, isResumed: Bool) {
        switch end {
        case .done: done.wrappingAdd(1, ordering: .relaxed)
        case .failed: failed.wrappingAdd(1, ordering: .relaxed)
        case .timedOut: timedOut.wrappingAdd(1, ordering: .relaxed)
        }
        if isResumed { resumed.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Adds this loop's figures to `total`.
    func add(to total: inout ServerStatistics) {
        total.handshakes += done.load(ordering: .relaxed)
        total.handshakesResumed += resumed.load(ordering: .relaxed)
        total.handshakesFailed += failed.load(ordering: .relaxed)
        total.handshakesTimedOut += timedOut.load(ordering: .relaxed)
    }
}
