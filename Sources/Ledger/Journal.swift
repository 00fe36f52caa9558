/// One entry of the log, as the journal sees it: where it stands, and its bytes.
///
/// The limits are the caller's to keep: a batch beyond them is a bug, and stops the process.
public struct JournalRecord: Sendable, Equatable {
    /// The record's place in the log; the first is 1 and each next one is one more, without gaps.
    public let position: UInt64
    /// The entry, one JSON text; 1 byte to `payloadByteCountMax`.
    public let payload: [UInt8]

    /// The largest payload that a journal takes, in bytes.
    public static let payloadByteCountMax = 64 << 20
    /// The most records of a batch.
    public static let batchCountMax = 65_536
    /// The most bytes that the payloads of a batch have together.
    public static let batchByteCountMax = 512 << 20

    /// A record at `position`.
    public init(position: UInt64, payload: [UInt8]) {
        self.position = position
        self.payload = payload
    }

    /// Stops the process unless `records` are a batch that a journal takes.
    ///
    /// It is within the limits, and its positions have no gap. Every journal begins an append with it.
    public static func requireBatch(_ records: [JournalRecord]) {
        precondition(records.count <= batchCountMax, "a batch has at most 65,536 records")
        var byteCount = 0
        for (index, record) in records.enumerated() {
            let position = records[0].position + UInt64(index)
            precondition(record.position == position, "the positions of a batch have no gap")
            precondition(
                (1...payloadByteCountMax).contains(record.payload.count),
                "a payload has 1 byte to 64 MiB"
            )
            byteCount += record.payload.count
        }
        precondition(byteCount <= batchByteCountMax, "a batch has at most 512 MiB")
    }
}

/// A source of the lines of a snapshot, read once, from start to end, on the journal's own queue.
public protocol SnapshotSource: Sendable {
    /// The log position that the snapshot covers: it is the fold of the records up to here.
    var position: UInt64 { get }
    /// Calls `write` with each line, without its line feed, until all are written or `write` throws.
    /// A line has at most `JournalRecord.payloadByteCountMax` bytes, none of them a line feed.
    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError)
}

/// What a journal found when it was loaded.
public struct JournalReport: Sendable, Equatable {
    /// The position of the snapshot that was read; 0 without one.
    public let snapshotPosition: UInt64
    /// The position of the last record; equals `snapshotPosition` when no record follows it.
    public let lastPosition: UInt64
    /// The bytes of a torn tail that were cut, after a copy; 0 when the log ended cleanly.
    public let tornByteCount: Int
    /// What was mended, a sentence each, for the operator's log; empty after a clean stop.
    public let warnings: [String]

    /// A report.
    public init(
        snapshotPosition: UInt64,
        lastPosition: UInt64,
        tornByteCount: Int,
        warnings: [String] = []
    ) {
        self.snapshotPosition = snapshotPosition
        self.lastPosition = lastPosition
        self.tornByteCount = tornByteCount
        self.warnings = warnings
    }
}

/// Where the ordered log of changes is kept: a folder, a database, or memory.
///
/// `Ledger` is the only caller: it calls `load` once, then `append` from one task at a time.
/// `save` may run beside `append`. Every journal passes `JournalConformance`.
public protocol Journal: Sendable {
    /// Reads the newest whole snapshot, then every record after it, in order. Blocking; called once
    /// before anything else. An error that a visitor throws ends the load and is thrown on.
    ///
    /// - Throws: `JournalError` with `.locked`, `.damaged`, `.newerFormat`, `.unavailable`.
    func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport

    /// Appends a batch of records, whose positions follow the last one: all or nothing, also when the
    /// process dies meanwhile, and durable when it returns. An empty batch is none.
    ///
    /// After it has thrown anything but `.conflict` it throws at every later call: what the medium
    /// kept is unknown until the process starts again.
    ///
    /// - Throws: `JournalError` with `.full`, `.readOnly`, `.unavailable`, `.conflict`.
    func append(_ records: [JournalRecord]) async throws(JournalError)

    /// Writes a snapshot: whole or not at all, durable when it returns. Older segments and snapshots
    /// that retention no longer wants are removed afterwards.
    ///
    /// - Throws: `JournalError`; the log itself is unharmed.
    func save(_ snapshot: any SnapshotSource) async throws(JournalError)

    /// Lends what is still kept of the log to `read`, for as long as it runs, and answers what it
    /// made of it.
    ///
    /// `read` may block: it runs on a queue of the journal's own, one reading after another, beside
    /// appends and snapshots. It sees every record that was durable when it began. How much is read
    /// and kept is the reader's to bound, who may stop at any line or record. What it throws is
    /// thrown on, and harms nothing.
    ///
    /// - Throws: `JournalError` with `.notKept` when retention has removed what was asked for,
    ///   `.damaged`, `.newerFormat`, `.unavailable`.
    func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value

    /// Syncs and releases what is held; later calls throw `.unavailable`.
    func close() async

    /// Where `append` works, when that is a thread of its own: who plans and appends batches in a task
    /// that prefers it saves two changes of threads for each. Nil when it does not matter.
    var appendExecutor: (any TaskExecutor)? { get }
}

extension Journal {
    /// It does not matter.
    public var appendExecutor: (any TaskExecutor)? { nil }
}

/// Why a journal could not do what was asked.
public struct JournalError: Error, Sendable, Equatable {
    /// What went wrong, for code to switch over.
    public enum Code: Hashable, Sendable {
        /// Another process holds the journal.
        case locked
        /// The medium cannot be written: permissions or a read-only file system.
        case readOnly
        /// No space is left.
        case full
        /// What was read is not what was written; `detail` names where, and what to do.
        case damaged
        /// Written by a newer version of Bindery.
        case newerFormat
        /// Another writer was first: catch up and try again (shared journals only).
        case conflict
        /// Retention has removed what a reader of the history asked for.
        case notKept
        /// An I/O error, a lost server, or the journal was closed.
        case unavailable
        /// The server was lost while it committed: what was appended may be in the log as a whole, or
        /// will never be (shared journals only).
        case unknown
        /// The log is not the one that this process has read: its medium went back in time (shared
        /// journals only).
        case diverged
    }

    /// What went wrong, for code to switch over.
    public let code: Code
    /// What went wrong, for the operator; never sent to a client.
    public let detail: String

    /// An error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
