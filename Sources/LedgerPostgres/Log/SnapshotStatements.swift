#if PostgreSQL
extension LogStatements {
    /// The snapshots, the newest first.
    var snapshots: PostgresStatement {
        PostgresStatement(
            """
            SELECT position, parts, lines, digest FROM bindery_snapshot
            WHERE ledger = $1 ORDER BY position DESC
            """,
            .text(ledger)
        )
    }

    /// The digests of a snapshot's parts in order, made by the server of what it has now.
    func partDigests(of position: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT sha256(lines) FROM bindery_snapshot_part
            WHERE ledger = $1 AND position = $2 ORDER BY part
            """,
            .text(ledger),
            .integer(position)
        )
    }

    func part(_ part: Int64, of position: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT lines FROM bindery_snapshot_part
            WHERE ledger = $1 AND position = $2 AND part = $3
            """,
            .text(ledger),
            .integer(position),
            .integer(part),
            name: "snapshot_part"
        )
    }

    /// Waits for another process that saves a snapshot of the ledger; held until the commit.
    var lockSnapshots: PostgresStatement {
        PostgresStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended('bindery_snapshot ' || $1, 0))",
            .text(ledger)
        )
    }

    func deleteSnapshot(_ position: Int64) -> [PostgresStatement] {
        ["bindery_snapshot_part", "bindery_snapshot"]
            .map { table in
                PostgresStatement(
                    "DELETE FROM \(table) WHERE ledger = $1 AND position = $2",
                    .text(ledger),
                    .integer(position)
                )
            }
    }

    func addPart(_ part: Int64, of position: Int64, _ lines: [UInt8]) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO bindery_snapshot_part (ledger, position, part, lines)
            VALUES ($1, $2, $3, $4)
            """,
            .text(ledger),
            .integer(position),
            .integer(part),
            .bytes(lines),
            name: "add_part"
        )
    }

    func addSnapshot(_ snapshot: SnapshotRow) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO bindery_snapshot (ledger, position, parts, lines, digest)
            VALUES ($1, $2, $3, $4, $5)
            """,
            .text(ledger),
            .integer(snapshot.position),
            .integer(snapshot.partCount),
            .integer(snapshot.lineCount),
            .bytes(snapshot.digest)
        )
    }

    /// Removes the oldest records up to `position`, so many at once, and gives their number.
    func deleteRecords(upTo position: Int64, countMax: Int) -> PostgresStatement {
        PostgresStatement(
            """
            WITH gone AS (
                DELETE FROM bindery_record
                WHERE ledger = $1 AND position <= $2 AND position < $3
                    + (SELECT min(position) FROM bindery_record WHERE ledger = $1)
                RETURNING 1
            )
            SELECT count(*) FROM gone
            """,
            .text(ledger),
            .integer(position),
            .integer(Int64(countMax))
        )
    }
}
#endif
