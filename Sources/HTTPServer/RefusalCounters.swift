import HTTPWire
import Synchronization

/// How often the server core refused, by the reason.
final class RefusalCounters: Sendable {
    private let counts = Mutex<[HTTPRefusal.Reason: Int]>([:])

    func count(_ reason: HTTPRefusal.Reason) {
        counts.withLock { counts in counts[reason, default: 0] += 1 }
    }

    /// Adds these figures to `total`.
    func add(to total: inout ServerStatistics) {
        for (reason, count) in counts.withLock({ counts in counts }) {
            total.refusalsByReason[reason, default: 0] += count
        }
    }
}
