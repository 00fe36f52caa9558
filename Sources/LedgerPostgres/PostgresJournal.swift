#if PostgreSQL
public import Ledger
import Platform
import Synchronization

/// The journal in PostgreSQL: one log for many processes.
///
/// Each process has the state in memory, folded from the same log: it reads without asking, follows
/// what others append, and appends behind the last record, or is told that another was first. The
/// tables are described at `Migration`, the way of a batch into the log, and what happens when the
/// connection is lost meanwhile, at `LogWriter`.
///
/// **Connections.** Three for as long as the journal is open, each with a queue of its own: to append,
/// to follow, and to read the past, which begins with the first reading. Each snapshot has another.
/// None holds up the others, and no call of libpq blocks (`PostgresSession`).
///
/// **Durability.** A batch is acknowledged when its transaction is committed with `synchronous_commit`
/// at least `on`, whatever the server's default is. With a synchronous standby that includes the standby,
/// and its promotion loses nothing. With asynchronous replication a promotion may lose the last
/// acknowledged entries: processes that have seen them notice, and refuse to go on (`.diverged`).
public final class PostgresJournal: SharedJournal {
    private enum Phase {
        case new
        case loading
        case open(Parts)
        case closed
    }

    /// What an open journal works with.
    private final class Parts: Sendable {
        let knowledge = LogKnowledge()
        let writer: FileQueue<LogWriter>
        let keeper: FileQueue<SnapshotKeeper>
        let reader: FileQueue<HistoryReader>
        let follower: LogFollower

        init(_ configuration: Configuration, stop: Bell) {
            writer = FileQueue(
                label: "bindery.ledger.append",
                LogWriter(configuration, knowledge, stop: stop)
            )
            keeper = FileQueue(
                label: "bindery.ledger.snapshot",
                SnapshotKeeper(configuration, stop: stop)
            )
            reader = FileQueue(
                label: "bindery.ledger.history",
                HistoryReader(configuration, stop: stop)
            )
            follower = LogFollower(configuration, knowledge, stop: stop)
        }

        // A journal that is dropped without a close follows no more.
        deinit { follower.stop() }
    }

    private let configuration: Configuration
    private let phase = Mutex(Phase.new)
    /// Ends waits for connections, for good.
    private let stop = Bell()

    /// A journal; nothing is connected to before `load`.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Reads the log, after it has brought the database's tables up to date; see `Journal.load`.
    ///
    /// It waits for a database that is not there yet, up to the configuration's `startTimeout`. A wrong
    /// password, user or database ends it at once.
    public func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        try phase.withLock { (phase) throws(JournalError) in
            switch phase {
            case .new: phase = .loading
            case .loading, .open: preconditionFailure("a journal is loaded once")
            case .closed: throw Self.isClosed
            }
        }
        do {
            let found = try LogLoader(configuration: configuration, stop: stop)
                .load(line: line, record: record)
            let parts = Parts(configuration, stop: stop)
            parts.knowledge.note(found.identity)
            parts.knowledge.sawHead(at: found.identity.position)
            parts.follower.start()
            phase.withLock { phase in phase = .open(parts) }
            return found.report
        } catch {
            phase.withLock { phase in phase = .closed }
            throw error
        }
    }

    /// Appends a batch; see `SharedJournal`.
    public func append(_ records: [JournalRecord]) async throws(JournalError) {
        try await parts().writer
            .run { (writer) throws(JournalError) in try writer.append(records) }
    }

    /// Saves a snapshot beside the appends, unless a newer one is there; see `Journal.save`.
    public func save(_ snapshot: any SnapshotSource) async throws(JournalError) {
        try await parts().keeper
            .run { (keeper) throws(JournalError) in try keeper.save(snapshot) }
    }

    /// Lends what the database keeps, as of one moment; see `Journal.withHistory`.
    ///
    /// A reader that takes longer than the configuration's `readerTimeout` between two parts loses its
    /// connection: its transaction keeps the database from cleaning up.
    public func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        try await parts().reader
            .run { (reader) throws(JournalError) in try reader.withHistory(read) }
    }

    /// Waits for what was asked for, and ends the connections.
    public func close() async {
        let last = phase.withLock { phase in
            defer { phase = .closed }
            return phase
        }
        guard case .open(let parts) = last else { return }
        // Waits for a server that is gone end now; statements on their way are waited for.
        stop.ring()
        parts.follower.stop()
        await parts.writer.run { writer in writer.close() }
        await parts.keeper.run { keeper in keeper.close() }
        await parts.reader.run { reader in reader.close() }
    }

    private func parts() throws(JournalError) -> Parts {
        let last = phase.withLock { phase in phase }
        switch last {
        case .new, .loading: preconditionFailure("a journal is loaded before it is used")
        case .open(let parts): return parts
        case .closed: throw Self.isClosed
        }
    }

    static let isClosed = JournalError(.unavailable, "the journal was closed")
}

extension PostgresJournal {
    /// Some of the records behind a position; see `SharedJournal`.
    public func records(after position: UInt64) async throws(JournalError) -> [JournalRecord] {
        let parts = try parts()
        // What is not settled could still come to stand behind what is read here.
        if parts.knowledge.isUnsettled {
            try await parts.writer.run { (writer) throws(JournalError) in try writer.settle() }
        }
        return try await parts.follower.records(after: position).get()
    }

    /// Waits for records behind a position; see `SharedJournal`.
    public func waitForRecords(after position: UInt64) async {
        guard case .open(let parts) = phase.withLock({ phase in phase }) else { return }
        await parts.follower.wait(for: position)
    }

    /// Takes the head; see `SharedJournal`.
    ///
    /// A hold that has expired costs nothing as long as nobody else appends: then the next append is not
    /// a conflict.
    public func takeHead() async throws(JournalError) -> UInt64 {
        try await parts().writer.run { (writer) throws(JournalError) in try writer.takeHead() }
    }

    /// Lets go of the head.
    public func releaseHead() async {
        guard case .open(let parts) = phase.withLock({ phase in phase }) else { return }
        await parts.writer.run { writer in writer.releaseHead() }
    }

    /// Lends the history to who takes its end for the newest; see `SharedJournal`.
    public func withNewest<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let parts = try parts()
        return try await parts.reader
            .run { (reader) throws(JournalError) in
                try reader.withHistory(noting: parts.knowledge, read)
            }
    }

    /// What is known of the end of the log.
    public var standing: SharedJournalStanding {
        guard case .open(let parts) = phase.withLock({ phase in phase }) else {
            return SharedJournalStanding(
                isConnected: false,
                headPosition: 0,
                age: .zero,
                failure: "the journal is not open"
            )
        }
        return parts.knowledge.standing
    }
}
#endif
