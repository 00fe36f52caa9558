import Limits
import Synchronization

/// What happened to leases since the start, for `/metrics`.
final class LeaseCounts: Sendable {
    /// Leases that granted calls.
    let granted = Atomic<Int>(0)
    /// Leases that granted none, since a limit is reached.
    let empty = Atomic<Int>(0)
    /// Leases that could not be asked for, or whose answer was lost.
    let failed = Atomic<Int>(0)
    /// Calls that were given back.
    let unused = Atomic<Int>(0)
    /// Calls that were refused since nothing could be leased.
    let refused = Atomic<Int>(0)
    /// Calls that were admitted by this replica's own count since nothing could be leased.
    let local = Atomic<Int>(0)

    /// Counts what was granted and given back.
    func note(_ grant: LimitGrant, of lease: LimitLease) {
        if lease.unused.count > 0 { unused.add(lease.unused.count, ordering: .relaxed) }
        guard lease.needed > 0 else { return }
        if grant.count > 0 {
            granted.add(1, ordering: .relaxed)
        } else {
            empty.add(1, ordering: .relaxed)
        }
    }

    /// The metrics in the Prometheus format.
    func text(isAvailable: Bool) -> String {
        func read(_ count: borrowing Atomic<Int>) -> Int { count.load(ordering: .relaxed) }
        let leases = [("granted", read(granted)), ("empty", read(empty)), ("failed", read(failed))]
        let calls = [("refused", read(refused)), ("local", read(local))]
        return """
            # HELP bindery_limits_available Whether the limits that replicas share can be asked.
            # TYPE bindery_limits_available gauge
            bindery_limits_available \(isAvailable ? 1 : 0)
            # HELP bindery_limits_leases_total Leases of shared limits by how they ended.
            # TYPE bindery_limits_leases_total counter
            \(Self.rows("bindery_limits_leases_total", "result", leases))
            # HELP bindery_limits_returned_calls_total Leased calls that were not made and given back.
            # TYPE bindery_limits_returned_calls_total counter
            bindery_limits_returned_calls_total \(read(unused))
            # HELP bindery_limits_unavailable_calls_total Calls that could not be counted with the others.
            # TYPE bindery_limits_unavailable_calls_total counter
            \(Self.rows("bindery_limits_unavailable_calls_total", "outcome", calls))

            """
    }

    private static func rows(_ name: String, _ label: String, _ rows: [(String, Int)]) -> String {
        rows.map { value, count in "\(name){\(label)=\"\(value)\"} \(count)" }
            .joined(separator: "\n")
    }
}
