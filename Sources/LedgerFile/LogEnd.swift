import Ledger

/// Where a log ended when it was loaded.
struct LogEnd: Sendable {
    /// What is told to the caller.
    let report: JournalReport
    /// The first position of the last segment, and the offset behind its last batch; nil without
    /// a segment.
    let segment: Segment?

    /// The place where the next batch goes.
    struct Segment: Sendable {
        let position: UInt64
        let offset: Int
    }
}
