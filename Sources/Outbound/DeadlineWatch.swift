/// When to look for transfers whose time is over.
///
/// Deadlines are kept here and not by libcurl, which until 8.3 takes a timer that ends within the next
/// millisecond for one that has ended and forgets it (curl pull request 11937): a transfer that has
/// lost its timer so would wait for its server for ever. A look walks all transfers under way, and is
/// taken no more often than each `interval`.
struct DeadlineWatch {
    /// The least time between two looks: how late a transfer may end, and what bounds the price.
    static let interval = Duration.milliseconds(5)

    /// The earliest deadline of a transfer under way, or of one that has ended since the last look.
    private var earliest: ContinuousClock.Instant?
    private var lastLook: ContinuousClock.Instant?

    /// When the next look is due; nil while nothing is under way.
    var due: ContinuousClock.Instant? {
        guard let earliest else { return nil }
        return lastLook.map { max(earliest, $0 + Self.interval) } ?? earliest
    }

    /// Notes a transfer that begins.
    mutating func add(_ deadline: ContinuousClock.Instant) {
        earliest = earliest.map { min($0, deadline) } ?? deadline
    }

    /// Begins a look, after which `add` tells again of the transfers that stay; false when none is due.
    mutating func look(now: ContinuousClock.Instant) -> Bool {
        guard let due, due <= now else { return false }
        earliest = nil
        lastLook = now
        return true
    }
}
