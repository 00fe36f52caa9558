/// What a journal still keeps of its log, lent to one reading of it; see `Journal.withHistory`.
///
/// Every call blocks, and reads in order. Retention may remove the oldest part between two calls.
public protocol JournalHistory {
    /// The positions of the snapshots that are kept, ascending.
    var snapshotPositions: [UInt64] { get }
    /// The position of the first record that is kept: every later one is kept too. One more than
    /// `lastPosition` when none is.
    ///
    /// Never more than one behind the newest snapshot; 1 as long as nothing was removed.
    var firstPosition: UInt64 { get }
    /// The position of the last record that was durable when the reading began.
    var lastPosition: UInt64 { get }

    /// Hands on the lines of the snapshot that covers the log up to `position`, until `visit`
    /// answers that it wants no more.
    ///
    /// - Throws: `.notKept` when there is none of this position; `.damaged` when it is not whole, and
    ///   then no line was handed out; what `visit` throws.
    func forEachLine(
        ofSnapshot position: UInt64,
        _ visit: ([UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError)

    /// Hands on the records behind `position`, up to `lastPosition`, until `visit` answers that it
    /// wants no more.
    ///
    /// - Throws: `.notKept` when the next record is before `firstPosition`; what `visit` throws.
    func forEachRecord(
        after position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Bool
    ) throws(JournalError)
}
