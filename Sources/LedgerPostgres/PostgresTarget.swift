#if PostgreSQL
public import Ledger
import Platform

/// An empty ledger in a database, filled from another journal.
///
/// Its row in `bindery_head` is made last: until then there is no ledger of this name, and a start that
/// finds its records refuses (`Migration.apply`).
public final class PostgresTarget: JournalTarget {
    private let writer: FileQueue<TargetWriter>

    /// The ledger that the configuration names.
    public init(_ configuration: PostgresJournal.Configuration) {
        writer = FileQueue(label: "bindery.ledger.migrate", TargetWriter(configuration))
    }

    /// Makes the tables when they are missing, and writes the snapshot; see `JournalTarget.begin`.
    public func begin(with snapshot: (any SnapshotSource)?) async throws(JournalError) {
        try await writer.run { (writer) throws(JournalError) in try writer.begin(with: snapshot) }
    }

    /// Adds records; each call is a transaction.
    public func add(_ records: [JournalRecord]) async throws(JournalError) {
        try await writer.run { (writer) throws(JournalError) in try writer.add(records) }
    }

    /// Makes the ledger's head.
    public func finish() async throws(JournalError) {
        try await writer.run { (writer) throws(JournalError) in try writer.finish() }
    }
}

/// The work of a target, on its queue.
private struct TargetWriter {
    private let configuration: PostgresJournal.Configuration
    private let statements: LogStatements
    private var link: PostgresLink
    private var position: Int64 = 0
    private var batch: [UInt8]?

    init(_ configuration: PostgresJournal.Configuration) {
        self.configuration = configuration
        statements = LogStatements(ledger: configuration.ledger)
        let role = PostgresLink.Role(name: "migrate", idleTimeout: configuration.readerTimeout)
        link = PostgresLink(configuration, role, stop: Bell())
    }

    mutating func begin(with snapshot: (any SnapshotSource)?) throws(JournalError) {
        let session = try asJournal { () throws(PostgresFailure) in
            let deadline = MonotonicClock.now + configuration.startTimeout
            let session = try link.connected(until: deadline, isStarting: true).session
            try Migration.bringUpToDate(session, until: answerDeadline)
            return session
        }
        let found = try asJournal { () throws(PostgresFailure) in
            try session.run(statements.traces, until: answerDeadline)
        }
        guard found.rowCount == 0 else {
            throw JournalError(
                .unavailable,
                "the database has a ledger \(configuration.ledger) already, or a copy that was broken "
                    + "off: name another one (--ledger-name), or delete its rows"
            )
        }
        guard let snapshot else { return }
        let row = try SnapshotKeeper.write(
            snapshot,
            on: session,
            statements,
            answerTimeout: configuration.answerTimeout
        )
        try run(statements.addSnapshot(row))
        position = row.position
    }

    mutating func add(_ records: [JournalRecord]) throws(JournalError) {
        JournalRecord.requireBatch(records)
        guard let last = records.last else { return }
        let batch = Random.bytes(count: 16)
        try run(statements.add(records.map(\.payload), batch: batch, after: position))
        position = Int64(bitPattern: last.position)
        self.batch = batch
    }

    mutating func finish() throws(JournalError) {
        try run(statements.makeHead(at: position, batch: batch))
        link.drop()
    }

    private var answerDeadline: MonotonicInstant {
        MonotonicClock.now + configuration.answerTimeout
    }

    /// A connection that is lost ends the copy: it is begun anew, under another name.
    private mutating func run(_ statement: PostgresStatement) throws(JournalError) {
        try asJournal { () throws(PostgresFailure) in
            guard let session = link.session, !session.isBroken else {
                throw .lost("the connection was lost in the middle of the copy")
            }
            _ = try session.run(statement, until: answerDeadline)
        }
    }
}
#endif
