#if PostgreSQL
import Ledger
import Platform

/// Saves snapshots and removes what they make needless: the state of the journal's queue for them.
///
/// Each snapshot has a connection of its own, which ends with it: they are rare, and are not to hold
/// up who appends or follows.
struct SnapshotKeeper {
    /// The bytes of lines from which on a part is full; a larger line is a part by itself.
    static let partByteCount = 1 << 20
    /// The most records that are removed in one transaction.
    static let removedCountMax = 5000

    private let configuration: PostgresJournal.Configuration
    private let statements: LogStatements
    private var link: PostgresLink
    private var isClosed = false

    init(_ configuration: PostgresJournal.Configuration, stop: Bell) {
        self.configuration = configuration
        statements = LogStatements(ledger: configuration.ledger)
        let role = PostgresLink.Role(name: "snapshot", idleTimeout: configuration.readerTimeout)
        link = PostgresLink(configuration, role, stop: stop)
    }

    /// Saves a snapshot, unless there is a newer one, or one that is too near, and removes what retention no longer wants.
    mutating func save(_ snapshot: any SnapshotSource) throws(JournalError) {
        guard !isClosed else { throw PostgresJournal.isClosed }
        defer { link.drop() }
        let position = Int64(bitPattern: snapshot.position)
        let deadline = MonotonicClock.now + configuration.outcomeTimeout
        let session = try asJournal { () throws(PostgresFailure) in
            try link.connected(until: deadline).session
        }
        guard try begin(at: position, on: session) else { return }
        let row = try Self.write(
            snapshot,
            on: session,
            statements,
            answerTimeout: configuration.answerTimeout
        )
        try asJournal { () throws(PostgresFailure) in
            let end = [statements.addSnapshot(row), PostgresStatement("COMMIT")]
            _ = try session.run(end, until: answerDeadline)
            try removeOld(on: session)
        }
    }

    mutating func close() { isClosed = true }

    private var answerDeadline: MonotonicInstant {
        MonotonicClock.now + configuration.answerTimeout
    }

    /// Opens the snapshot's transaction, behind those of other processes; false when it is not wanted.
    private func begin(
        at position: Int64,
        on session: PostgresSession
    ) throws(JournalError) -> Bool {
        try asJournal { () throws(PostgresFailure) in
            // Another process may take its time, as long as it is heard of.
            let patience = PostgresStatement(
                "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $1, true)",
                .text("\(configuration.readerTimeout.components.seconds)s")
            )
            let results = try session.run(
                [
                    PostgresStatement("BEGIN"), patience, statements.lockSnapshots,
                    statements.snapshots, statements.head,
                ],
                until: answerDeadline + configuration.readerTimeout
            )
            let newest = SnapshotRow.rows(results[3]).first?.position ?? -1
            let head = try LogHead(results[4], ledger: statements.ledger)
            guard position <= head.position else {
                throw .journal(
                    JournalError(
                        .diverged,
                        "a snapshot of position \(position) of a log that ends at \(head.position)"
                    )
                )
            }
            let spacing = Int64(clamping: configuration.snapshotSpacing)
            guard newest < 0 || newest <= position - spacing else {
                _ = try session.run(PostgresStatement("ROLLBACK"), until: answerDeadline)
                return false
            }
            _ = try session.run(statements.deleteSnapshot(position), until: answerDeadline)
            return true
        }
    }

    /// Writes a snapshot's parts; its row makes it one.
    static func write(
        _ snapshot: any SnapshotSource,
        on session: PostgresSession,
        _ statements: LogStatements,
        answerTimeout: Duration
    ) throws(JournalError) -> SnapshotRow {
        let position = Int64(bitPattern: snapshot.position)
        var digests: [[UInt8]] = []
        var lineCount: Int64 = 0
        var part: [UInt8] = []
        func flush() throws(JournalError) {
            guard !part.isEmpty else { return }
            let statement = statements.addPart(Int64(digests.count), of: position, part)
            try asJournal { () throws(PostgresFailure) in
                _ = try session.run(statement, until: MonotonicClock.now + answerTimeout)
            }
            digests.append(Digest.sha256(part))
            part.removeAll(keepingCapacity: true)
        }
        try snapshot.forEachLine { (line) throws(JournalError) in
            if !part.isEmpty, part.count + line.count >= partByteCount { try flush() }
            part += line
            part.append(0x0A)
            lineCount += 1
        }
        try flush()
        return SnapshotRow(
            position: position,
            partCount: Int64(digests.count),
            lineCount: lineCount,
            digest: SnapshotRow.digest(of: digests)
        )
    }

    /// Keeps the newest snapshots, and the records from behind the oldest of these.
    ///
    /// As long as there are fewer snapshots than wanted, the whole log is kept instead of the missing
    /// ones. The oldest go first, in small transactions: at every moment the log has no gap.
    private func removeOld(on session: PostgresSession) throws(PostgresFailure) {
        let found = try session.run(statements.snapshots, until: answerDeadline)
        let positions = SnapshotRow.rows(found).map(\.position)
        guard positions.count >= configuration.snapshotCount else { return }
        for position in positions.dropFirst(configuration.snapshotCount) {
            _ = try session.run(statements.deleteSnapshot(position), until: answerDeadline)
        }
        let oldest = positions[configuration.snapshotCount - 1]
        let delete = statements.deleteRecords(upTo: oldest, countMax: Self.removedCountMax)
        while try session.run(delete, until: answerDeadline).integer(0, 0) ?? 0 > 0 {}
    }
}
#endif
