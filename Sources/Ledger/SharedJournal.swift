/// A journal that other processes append to as well: many replicas over one log.
///
/// It locks nobody out. Who appends names the position behind which the records come; when another
/// process was first nothing is appended, and the writer has to catch up, plan anew, and try again.
/// All of its calls but `load` suspend, and none blocks a thread.
///
/// Its `append` differs from that of a journal that one process holds:
/// - `.conflict`: another process was first. Nothing was appended.
/// - `.unavailable`, `.full`, `.readOnly`: nothing was appended; a later call may succeed.
/// - `.unknown`: the connection was lost while the batch was being committed, and could not be had
///   back within the journal's bound. The batch is either in the log as a whole, or will never be:
///   the first call that succeeds afterwards has settled it, and `records(after:)` shows what became
///   of it.
/// - `.diverged`: the log is not the one that this process has read. Every later call throws it.
public protocol SharedJournal: Journal {
    /// Some of the records behind `position`, in order and without a gap; none when it is the end of
    /// the log. At most `followedCountMax` records, and as many bytes as the journal's bound: one
    /// record is handed out whatever its size.
    ///
    /// - Throws: `JournalError` with `.notKept`, `.diverged`, `.unavailable`.
    func records(after position: UInt64) async throws(JournalError) -> [JournalRecord]

    /// Returns when there may be records behind `position`: when another process said so, after the
    /// journal's polling interval in any case, and at once when it is closed.
    func waitForRecords(after position: UInt64) async

    /// Takes the head of the log: until the next `append` or `releaseHead` nobody else appends.
    ///
    /// For a writer that lost to others: behind this call it catches up and appends without another
    /// conflict. The hold ends by itself, after the journal's bound, when the process is not heard of;
    /// then the next `append` throws `.conflict`, unless nobody else has appended.
    ///
    /// - Returns: The position of the last record.
    /// - Throws: `JournalError` with `.diverged`, `.unavailable`.
    func takeHead() async throws(JournalError) -> UInt64

    /// Lets go of the head; nothing when it is not held.
    func releaseHead() async

    /// What is known of the log's end and of the way to it, for metrics and `/readyz`. At once.
    var standing: SharedJournalStanding { get }
}

/// What a process knows of a shared log at one moment.
public struct SharedJournalStanding: Sendable, Equatable {
    /// Whether there is a connection to the log's medium.
    public let isConnected: Bool
    /// The position of the last record of the log, when it was last looked at.
    public let headPosition: UInt64
    /// How long ago that was.
    public let age: Duration
    /// Why there is no connection, for the operator; nil while there is one.
    public let failure: String?

    /// A standing.
    public init(isConnected: Bool, headPosition: UInt64, age: Duration, failure: String? = nil) {
        self.isConnected = isConnected
        self.headPosition = headPosition
        self.age = age
        self.failure = failure
    }
}

extension SharedJournal {
    /// The most records that `records(after:)` hands out at once.
    public static var followedCountMax: Int { 4096 }
    /// The most bytes that it hands out at once; one record whatever its size.
    public static var followedByteCountMax: Int { 16 << 20 }
}
