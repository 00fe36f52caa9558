#if PostgreSQL
import Ledger
import Platform

/// Reads what one transaction sees of a log: snapshots, and records behind a position.
///
/// The session is in a transaction of `REPEATABLE READ`: it sees the head, the snapshots and the
/// records of one moment, whatever other processes append, save and remove meanwhile. So a reader that
/// finds a snapshot also finds every record behind it.
struct LogSnapshotReading {
    /// The most records and bytes that are fetched at once.
    static let fetchedCountMax = 4096
    static let fetchedByteCountMax = 8 << 20

    let session: PostgresSession
    let statements: LogStatements
    let answerTimeout: Duration
    let head: LogHead
    /// The newest first.
    let snapshots: [SnapshotRow]
    /// The position of the first record that is kept; one more than the head's for none.
    let firstPosition: Int64

    /// Begins the transaction.
    init(
        _ session: PostgresSession,
        _ statements: LogStatements,
        answerTimeout: Duration
    ) throws(PostgresFailure) {
        let results = try session.run(
            [
                PostgresStatement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                statements.head, statements.snapshots, statements.firstRecord,
            ],
            until: MonotonicClock.now + answerTimeout
        )
        self.session = session
        self.statements = statements
        self.answerTimeout = answerTimeout
        head = try LogHead(results[1], ledger: statements.ledger)
        snapshots = SnapshotRow.rows(results[2])
        firstPosition = results[3].integer(0, 0) ?? head.position + 1
    }

    /// Ends the transaction.
    func end() throws(PostgresFailure) {
        _ = try session.run(PostgresStatement("COMMIT"), until: deadline)
    }

    private var deadline: MonotonicInstant { MonotonicClock.now + answerTimeout }

    /// The digests of a snapshot's parts; nil when it is not whole.
    func digests(of snapshot: SnapshotRow) throws(PostgresFailure) -> [[UInt8]]? {
        let result = try session.run(statements.partDigests(of: snapshot.position), until: deadline)
        return snapshot.partDigests(result)
    }

    /// Hands on a snapshot's lines, part by part, until `visit` wants no more.
    ///
    /// The digests are what `digests(of:)` said, so that nothing is handed on of a snapshot that is not
    /// whole; each part is checked again as it was received.
    func forEachLine(
        of snapshot: SnapshotRow,
        digests: [[UInt8]],
        _ visit: ([UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        for (part, digest) in digests.enumerated() {
            let bytes = try asJournal { () throws(PostgresFailure) in
                try session
                    .run(
                        statements.part(Int64(part), of: snapshot.position),
                        until: deadline
                    )
                    .bytes(0, 0) ?? []
            }
            guard Digest.sha256(bytes) == digest else {
                throw JournalError(.damaged, snapshot.damage)
            }
            // Every line ends with a line feed, so behind the last one there is nothing.
            for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
                guard try visit(Array(line)) else { return }
            }
        }
    }

    /// Hands on the records behind a position, fetched in bounded parts, until `visit` wants no more.
    ///
    /// - Throws: `.damaged` when a record is missing.
    func forEachRecord(
        after position: Int64,
        _ visit: (JournalRecord, _ batch: [UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        var next = position + 1
        while next <= head.position {
            let rows = try asJournal { () throws(PostgresFailure) in
                try session.run(
                    statements.records(
                        after: next - 1,
                        countMax: Self.fetchedCountMax,
                        byteCountMax: Self.fetchedByteCountMax
                    ),
                    until: deadline
                )
            }
            for row in 0..<max(rows.rowCount, 1) {
                guard row < rows.rowCount, rows.integer(row, 0) == next,
                    let batch = rows.bytes(row, 1), let payload = rows.bytes(row, 2)
                else {
                    throw JournalError(
                        .damaged,
                        "bindery_record has no position \(next) of the ledger "
                            + "\(statements.ledger), whose head is at \(head.position)"
                    )
                }
                let record = JournalRecord(position: UInt64(next), payload: payload)
                guard try visit(record, batch) else { return }
                next += 1
            }
        }
    }
}

/// Does `work`, and throws its failure as a caller of the journal sees it.
func asJournal<Value>(
    _ work: () throws(PostgresFailure) -> Value
) throws(JournalError) -> Value {
    do { return try work() } catch { throw error.journalError }
}
#endif
