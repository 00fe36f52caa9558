#if PostgreSQL
import Ledger
import Platform

/// The tables of a journal, and the way from each version of them to the next.
///
/// They stand in the first schema of the session's `search_path`, so the URL may choose one
/// (`?options=-csearch_path%3Dbindery`). All are keyed by ledger first, and nothing refers across
/// ledgers: an engine that distributes tables may place each ledger, which is a group of tenants,
/// by itself.
///
///     bindery_head            one row for a ledger: where its log ends. Writers queue for its lock.
///       position                the last record's; 0 for none
///       fence                   see `LogWriter`
///       batch                   the batch of the last record
///     bindery_record          the records behind the oldest snapshot that is kept, or more
///       batch                   a name of chance for all records of one append
///       payload                 the entry, as `JournalRecord` has it
///     bindery_snapshot        one row for a snapshot; with it in one transaction its parts
///       parts, lines            their numbers
///       digest                  SHA-256 of the SHA-256 digests of the parts, in order
///     bindery_snapshot_part   lines, each with its line feed, of about 1 MiB together
///     bindery_limit           the limits of connections that replicas share, see `LimitStatements`
///     bindery_schema          one row: the version of these tables
///
/// Versions only go forward. Each step is one transaction under a lock that all processes take, so
/// replicas may start together; one that knows fewer versions than the database has refuses to start.
enum Migration {
    /// The steps: the first one makes version 1.
    static let steps: [[String]] = [
        [
            """
            CREATE TABLE bindery_head (
                ledger text PRIMARY KEY,
                position bigint NOT NULL CHECK (position >= 0),
                fence bigint NOT NULL,
                batch uuid
            )
            """,
            """
            CREATE TABLE bindery_record (
                ledger text NOT NULL,
                position bigint NOT NULL CHECK (position > 0),
                batch uuid NOT NULL,
                payload bytea NOT NULL,
                at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (ledger, position)
            )
            """,
            """
            CREATE TABLE bindery_snapshot (
                ledger text NOT NULL,
                position bigint NOT NULL CHECK (position >= 0),
                parts bigint NOT NULL,
                lines bigint NOT NULL,
                digest bytea NOT NULL,
                at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (ledger, position)
            )
            """,
            """
            CREATE TABLE bindery_snapshot_part (
                ledger text NOT NULL,
                position bigint NOT NULL,
                part bigint NOT NULL,
                lines bytea NOT NULL,
                PRIMARY KEY (ledger, position, part)
            )
            """,
        ],
        [
            // Rows change with each lease: the room lets that happen within their page, since no
            // change of a row but one an hour touches an index.
            """
            CREATE TABLE bindery_limit (
                ledger text NOT NULL,
                tenant text NOT NULL,
                connection text NOT NULL,
                name text NOT NULL,
                value bigint NOT NULL,
                starts bigint NOT NULL,
                ends bigint NOT NULL,
                PRIMARY KEY (ledger, tenant, connection, name)
            ) WITH (fillfactor = 50)
            """,
            "CREATE INDEX bindery_limit_ends ON bindery_limit (ledger, ends)",
        ],
    ]

    /// Brings the tables to the newest version, and makes the ledger's head.
    ///
    /// A database that is there already is only read: the role needs no right to make tables then.
    static func apply(
        _ session: PostgresSession,
        _ ledger: String,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) {
        try bringUpToDate(session, until: deadline)
        let statements = LogStatements(ledger: ledger)
        guard try session.run(statements.head, until: deadline).rowCount == 0 else { return }
        if try session.run(statements.traces, until: deadline).rowCount == 0 {
            _ = try session.run(statements.makeHead(at: 0, batch: nil), until: deadline)
        }
        // What has no head is no ledger; another process may have made it meanwhile.
        guard try session.run(statements.head, until: deadline).rowCount == 1 else {
            throw .journal(
                JournalError(
                    .damaged,
                    "the ledger \(ledger) was being copied into the database, and is not whole: begin "
                        + "the copy anew under another name, or delete its rows in bindery_record, "
                        + "bindery_snapshot and bindery_snapshot_part first"
                )
            )
        }
    }

    /// Brings the tables to the newest version.
    static func bringUpToDate(
        _ session: PostgresSession,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) {
        while try version(session, until: deadline) < Int64(steps.count) {
            try step(session, until: deadline)
        }
    }

    /// The version of the database; 0 for one without tables.
    private static func version(
        _ session: PostgresSession,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> Int64 {
        let find = PostgresStatement(
            "SELECT 1::bigint WHERE to_regclass('bindery_schema') IS NOT NULL"
        )
        guard try session.run(find, until: deadline).rowCount == 1 else { return 0 }
        let read = PostgresStatement("SELECT max(version)::bigint FROM bindery_schema")
        let version = try session.run(read, until: deadline).integer(0, 0) ?? 0
        guard version <= Int64(steps.count) else {
            throw .journal(
                JournalError(
                    .newerFormat,
                    "the tables in the database have version \(version), this program knows "
                        + "\(steps.count): use a newer one"
                )
            )
        }
        return version
    }

    /// One step, unless another process did it meanwhile.
    private static func step(
        _ session: PostgresSession,
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) {
        let begin = [
            PostgresStatement("BEGIN"),
            PostgresStatement(
                "SELECT pg_advisory_xact_lock(hashtextextended('bindery_schema', 0))"
            ),
            PostgresStatement(
                "CREATE TABLE IF NOT EXISTS bindery_schema (version bigint NOT NULL)"
            ),
        ]
        _ = try session.run(begin, until: deadline)
        let found = try version(session, until: deadline)
        let end = [
            PostgresStatement("DELETE FROM bindery_schema"),
            PostgresStatement(
                "INSERT INTO bindery_schema (version) VALUES ($1)",
                .integer(min(found + 1, Int64(steps.count)))
            ),
            PostgresStatement("COMMIT"),
        ]
        let isDone = found >= Int64(steps.count)
        let changes = isDone ? [] : steps[Int(found)].map { sql in PostgresStatement(sql) }
        _ = try session.run(changes + (isDone ? [end[2]] : end), until: deadline)
    }
}
#endif
