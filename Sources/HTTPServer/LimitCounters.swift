import Synchronization

/// How often each limit fired.
///
/// A lock suffices: a limit that fires closes a connection, which costs a hundred times as much.
final class LimitCounters: Sendable {
    private let counts = Mutex([Int](repeating: 0, count: ServerLimit.allCases.count))

    func count(_ limit: ServerLimit) {
        guard let place = ServerLimit.places[limit] else {
            preconditionFailure("every limit has a place")
        }
        counts.withLock { counts in counts[place] += 1 }
    }

    /// Adds these figures to `total`.
    func add(to total: inout ServerStatistics) {
        let counts = counts.withLock { counts in counts }
        for (limit, count) in zip(ServerLimit.allCases, counts) where count > 0 {
            total.limitsReached[limit, default: 0] += count
        }
    }
}
