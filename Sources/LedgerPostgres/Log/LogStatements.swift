#if PostgreSQL
import Platform

/// The statements of one ledger.
struct LogStatements {
    let ledger: String

    /// The channel on which a writer tells followers of new records.
    var channel: String { "bindery_" + ledger }

    var head: PostgresStatement {
        PostgresStatement(
            "SELECT position, fence, batch FROM bindery_head WHERE ledger = $1",
            .text(ledger),
            name: "head"
        )
    }

    /// A row when there is anything of the ledger.
    var traces: PostgresStatement {
        PostgresStatement(
            """
            SELECT 1::bigint WHERE EXISTS (SELECT FROM bindery_head WHERE ledger = $1)
                OR EXISTS (SELECT FROM bindery_record WHERE ledger = $1)
                OR EXISTS (SELECT FROM bindery_snapshot_part WHERE ledger = $1)
            """,
            .text(ledger)
        )
    }

    /// Makes the ledger, unless there is one.
    func makeHead(at position: Int64, batch: [UInt8]?) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO bindery_head (ledger, position, fence, batch)
            VALUES ($1, $2, 0, nullif($3, '')::uuid)
            ON CONFLICT DO NOTHING
            """,
            .text(ledger),
            .integer(position),
            .text(batch.map { Hex.encode($0) } ?? "")
        )
    }

    var headForUpdate: PostgresStatement {
        PostgresStatement(
            "SELECT position, fence, batch FROM bindery_head WHERE ledger = $1 FOR UPDATE",
            .text(ledger),
            name: "take_head"
        )
    }

    /// Makes what was sent before, and may still be on its way, miss its `WHERE`.
    var fence: PostgresStatement {
        PostgresStatement(
            """
            UPDATE bindery_head SET fence = fence + 1 WHERE ledger = $1
            RETURNING position, fence, batch
            """,
            .text(ledger)
        )
    }

    func batch(at position: Int64) -> PostgresStatement {
        PostgresStatement(
            "SELECT batch FROM bindery_record WHERE ledger = $1 AND position = $2",
            .text(ledger),
            .integer(position),
            name: "batch_at"
        )
    }

    /// Appends a batch, or does nothing and gives no row: when the head has moved, or the fence.
    func append(
        _ payloads: some Collection<[UInt8]>,
        batch: [UInt8],
        after position: Int64,
        fence: Int64
    ) -> PostgresStatement {
        PostgresStatement(
            """
            WITH moved AS (
                UPDATE bindery_head
                SET position = position + cardinality($5::bytea[]), batch = $4
                WHERE ledger = $1 AND position = $2 AND fence = $3
                RETURNING position
            ), added AS (
                INSERT INTO bindery_record (ledger, position, batch, payload)
                SELECT $1, $2 + p.number, $4, p.payload
                FROM moved, unnest($5::bytea[]) WITH ORDINALITY AS p (payload, number)
            )
            SELECT position, pg_notify($6, position::text) FROM moved
            """,
            .text(ledger),
            .integer(position),
            .integer(fence),
            .uuid(batch),
            .byteArrays(payloads),
            .text(channel),
            name: "append"
        )
    }

    /// Moves the head, for a batch that is too large for one statement.
    func move(
        to position: Int64,
        batch: [UInt8],
        from old: Int64,
        fence: Int64
    ) -> PostgresStatement {
        PostgresStatement(
            """
            UPDATE bindery_head SET position = $5, batch = $4
            WHERE ledger = $1 AND position = $2 AND fence = $3
            RETURNING position
            """,
            .text(ledger),
            .integer(old),
            .integer(fence),
            .uuid(batch),
            .integer(position)
        )
    }

    /// Adds records behind a head that was moved in the same transaction.
    func add(
        _ payloads: some Collection<[UInt8]>,
        batch: [UInt8],
        after position: Int64
    ) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO bindery_record (ledger, position, batch, payload)
            SELECT $1, $2 + p.number, $3, p.payload
            FROM unnest($4::bytea[]) WITH ORDINALITY AS p (payload, number)
            """,
            .text(ledger),
            .integer(position),
            .uuid(batch),
            .byteArrays(payloads)
        )
    }

    func notify(_ position: Int64) -> PostgresStatement {
        PostgresStatement("SELECT pg_notify($1, $2)", .text(channel), .text("\(position)"))
    }

    /// Records behind a position with their batches: the first one whatever its size, and more of
    /// them up to the bounds.
    func records(after position: Int64, countMax: Int, byteCountMax: Int) -> PostgresStatement {
        // The length of a payload is known without reading it.
        PostgresStatement(
            """
            SELECT position, batch, payload FROM (
                SELECT position, batch, payload,
                    sum(octet_length(payload)) OVER (ORDER BY position) AS total
                FROM (
                    SELECT position, batch, payload FROM bindery_record
                    WHERE ledger = $1 AND position > $2 ORDER BY position LIMIT $3
                ) AS following
            ) AS measured
            WHERE total <= $4 OR total = octet_length(payload)
            ORDER BY position
            """,
            .text(ledger),
            .integer(position),
            .integer(Int64(countMax)),
            .integer(Int64(byteCountMax)),
            name: "records"
        )
    }

    var firstRecord: PostgresStatement {
        PostgresStatement(
            "SELECT min(position) FROM bindery_record WHERE ledger = $1",
            .text(ledger)
        )
    }
}
#endif
