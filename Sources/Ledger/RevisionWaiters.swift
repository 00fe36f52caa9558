/// Those who wait until a revision is reached (`Bindery-Min-Revision`).
struct RevisionWaiters {
    /// The most that wait at one time.
    static let countMax = 10_000

    private struct Waiter {
        let revision: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    /// Adds one; nil when too many wait already.
    mutating func add(
        _ revision: UInt64,
        _ continuation: CheckedContinuation<Bool, Never>
    ) -> UInt64? {
        guard waiters.count < Self.countMax else { return nil }
        lastID += 1
        waiters[lastID] = Waiter(revision: revision, continuation: continuation)
        return lastID
    }

    /// Takes out those whose revision is reached.
    mutating func take(reached revision: UInt64) -> [CheckedContinuation<Bool, Never>] {
        guard !waiters.isEmpty else { return [] }
        let reached = waiters.filter { $0.value.revision <= revision }
        for id in reached.keys { waiters[id] = nil }
        return reached.values.map(\.continuation)
    }

    /// Takes out one whose time is over; nil when it was answered already.
    mutating func take(_ id: UInt64) -> CheckedContinuation<Bool, Never>? {
        waiters.removeValue(forKey: id)?.continuation
    }
}
