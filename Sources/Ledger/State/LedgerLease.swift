/// Who of several processes on one log does a work that one alone should do.
///
/// A lease names no time, since clocks differ: its holder raises `term` again and again, and whoever
/// sees no other term for long enough by a clock of its own may take it.
public struct LedgerLease: Sendable, Hashable {
    /// The most leases of a log; a name beyond it is not kept.
    public static let countMax = 16

    /// Who holds it: a process's own name; empty when it was given back.
    public let holder: String
    /// Grows with each renewal and each change of hands.
    public let term: UInt64

    /// A lease.
    public init(holder: String, term: UInt64) {
        (self.holder, self.term) = (holder, term)
    }
}
