import Synchronization

/// A journal in memory: for tests, demonstrations, and servers that may forget.
///
/// "Durable" means that it outlives the journal as long as its `Storage` lives: another journal on the
/// same storage finds what this one wrote, as after a restart.
public final class MemoryJournal: Journal {
    /// What one journal after another may keep its records in.
    public final class Storage: Sendable {
        fileprivate let content = Mutex(Content())

        /// An empty storage.
        public init() {}
    }

    /// Records, the newest snapshot, and whether a journal holds them.
    fileprivate struct Content {
        var isHeld = false
        var lastPosition: UInt64 = 0
        /// The records behind the snapshot.
        var records: [JournalRecord] = []
        var hasSnapshot = false
        var snapshotPosition: UInt64 = 0
        var lines: [[UInt8]] = []
    }

    private enum Phase {
        case new
        case open
        case closed
    }

    private let storage: Storage
    private let phase = Mutex(Phase.new)

    /// A journal that keeps its records in `storage`.
    public init(storage: Storage = Storage()) {
        self.storage = storage
    }

    deinit {
        // A journal that is dropped without `close` is a process that died: its hold ends.
        release()
    }

    /// Reads what the storage has; see `Journal.load`.
    ///
    /// - Throws: `.locked` while another journal that was loaded from the storage is open.
    public func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        let content = try takeHold()
        do {
            for text in content.lines { try line(text) }
            for entry in content.records { try record(entry) }
        } catch {
            release()
            throw error
        }
        return JournalReport(
            snapshotPosition: content.snapshotPosition,
            lastPosition: content.lastPosition,
            tornByteCount: 0
        )
    }

    /// Adds the records; see `Journal.append`.
    ///
    /// `.conflict` means that the positions do not follow the last one, and nothing was added.
    public func append(_ records: [JournalRecord]) async throws(JournalError) {
        try checkOpen()
        guard let first = records.first else { return }
        JournalRecord.requireBatch(records)
        try storage.content.withLock { (content) throws(JournalError) in
            guard first.position == content.lastPosition + 1 else {
                throw JournalError(
                    .conflict,
                    "the log ends at position \(content.lastPosition), "
                        + "the batch begins at \(first.position)"
                )
            }
            content.records += records
            content.lastPosition += UInt64(records.count)
        }
    }

    /// Keeps the lines in place of the older snapshot and of the records that they cover.
    public func save(_ snapshot: any SnapshotSource) async throws(JournalError) {
        try checkOpen()
        var lines: [[UInt8]] = []
        try snapshot.forEachLine { (line) throws(JournalError) in lines.append(line) }
        let position = snapshot.position
        storage.content.withLock { content in
            precondition(
                position <= content.lastPosition,
                "a snapshot covers only what was appended"
            )
            // A slower, older snapshot does not replace a newer one: its records are gone.
            guard position >= content.snapshotPosition else { return }
            content.lines = lines
            content.hasSnapshot = true
            content.snapshotPosition = position
            content.records.removeAll { record in record.position <= position }
        }
    }

    /// Lends a copy of what the storage has now; see `Journal.withHistory`.
    ///
    /// Only the newest snapshot and the records behind it are kept.
    public func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        try checkOpen()
        return try read(History(content: storage.content.withLock { content in content }))
    }

    /// Lets another journal load from the storage; later calls throw.
    public func close() async {
        release()
    }

    /// What the storage had when a reading began.
    private struct History: JournalHistory {
        let content: Content

        var snapshotPositions: [UInt64] {
            content.hasSnapshot ? [content.snapshotPosition] : []
        }
        var firstPosition: UInt64 { content.snapshotPosition + 1 }
        var lastPosition: UInt64 { content.lastPosition }

        func forEachLine(
            ofSnapshot position: UInt64,
            _ visit: ([UInt8]) throws(JournalError) -> Bool
        ) throws(JournalError) {
            guard snapshotPositions.contains(position) else {
                throw JournalError(.notKept, "there is no snapshot of position \(position)")
            }
            for line in content.lines { guard try visit(line) else { return } }
        }

        func forEachRecord(
            after position: UInt64,
            _ visit: (JournalRecord) throws(JournalError) -> Bool
        ) throws(JournalError) {
            guard position + 1 >= firstPosition else {
                throw JournalError(.notKept, "the log begins at position \(firstPosition)")
            }
            let skipped = min(Int(clamping: position + 1 - firstPosition), content.records.count)
            for record in content.records[skipped...] { guard try visit(record) else { return } }
        }
    }

    private func takeHold() throws(JournalError) -> Content {
        try checkNew()
        let content = try storage.content.withLock { (content) throws(JournalError) in
            if content.isHeld {
                throw JournalError(.locked, "another journal of this process has the storage")
            }
            content.isHeld = true
            return content
        }
        phase.withLock { phase in phase = .open }
        return content
    }

    private func checkNew() throws(JournalError) {
        let phase = phase.withLock { phase in phase }
        if case .closed = phase { throw Self.isClosed }
        guard case .new = phase else { preconditionFailure("a journal is loaded once") }
    }

    private func checkOpen() throws(JournalError) {
        let phase = phase.withLock { phase in phase }
        if case .closed = phase { throw Self.isClosed }
        guard case .open = phase else {
            preconditionFailure("a journal is loaded before it is used")
        }
    }

    private func release() {
        let last = phase.withLock { phase in
            defer { phase = .closed }
            return phase
        }
        guard case .open = last else { return }
        storage.content.withLock { content in content.isHeld = false }
    }

    private static let isClosed = JournalError(.unavailable, "the journal was closed")
}
