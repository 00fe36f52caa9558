#if PostgreSQL
import Limits

/// The statements on the limits that the replicas of one ledger share.
///
///     bindery_limit   one row for each limit of a connection; all times in nanoseconds since 1970
///       value           a rate's theoretical arrival time: when its bucket is full again (GCRA);
///                       a quota's calls of its window
///       starts          when the quota's window began; 0 for a rate
///       ends            from when on the row says nothing any more: it may be deleted
///
/// The time is the database's, read once in a statement and before its rows are locked. Who waited for
/// the lock works with a time that is a little old, which is as if it had leased that much earlier.
struct LimitStatements {
    /// How long a row is kept that says nothing any more, so that a clock that is set back a little
    /// finds it still.
    static let keptTime: Int64 = 600_000_000_000
    private static let hour: Int64 = 3_600_000_000_000

    let ledger: String

    /// Grants what all limits have left; a row for each limit, or none when a limit has no row yet.
    ///
    /// First what is unused comes back: to a rate always, since nobody made the calls; to a quota in
    /// the window that they were taken of. A rate's time is never farther ahead than an empty bucket
    /// has it, which heals a clock that was set back. Then the scarcest limit says how many calls there
    /// are: those that are needed, and beyond them a quarter of the rest at most.
    func lease(_ lease: LimitLease) -> PostgresStatement {
        let limits = lease.limits
        return PostgresStatement(
            Self.leaseText,
            .text(ledger),
            .text(lease.tenant),
            .text(lease.connection),
            .texts(limits.map(\.name)),
            .texts(limits.map(\.unit)),
            .integers(limits.map { Int64($0.count) }),
            .integers(limits.map(\.step)),
            .integers(limits.map { (lease.unused.windows[$0.name] ?? -1) * 1_000_000 }),
            .integer(Int64(lease.unused.count)),
            .integer(Int64(lease.needed)),
            .integer(Int64(lease.ahead)),
            name: "lease"
        )
    }

    private static let leaseText = """
        WITH asked AS (
            SELECT * FROM unnest($4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
                AS asked (name, unit, amount, step, leased_in)
        ), moment AS MATERIALIZED (
            SELECT at, (extract(epoch FROM at) * 1000000)::bigint * 1000 AS now
            FROM (SELECT clock_timestamp() AS at) AS clock
        ), held AS MATERIALIZED (
            SELECT name, value, starts FROM bindery_limit
            WHERE ledger = $1 AND tenant = $2 AND connection = $3 AND name = ANY ($4)
            ORDER BY name FOR UPDATE
        ), dated AS (
            SELECT asked.*, moment.now, held.value, held.starts AS held_starts,
                CASE WHEN unit = '' THEN 0 ELSE greatest(
                    held.starts,
                    extract(epoch FROM date_trunc(unit, at AT TIME ZONE 'UTC'))::bigint * 1000000000
                ) END AS starts
            FROM asked JOIN held USING (name) CROSS JOIN moment
        ), mended AS (
            SELECT name, unit, amount, step, now, starts,
                CASE
                    WHEN unit = ''
                    THEN least(greatest(value - $9 * step, now), now + amount * step)
                    WHEN starts <> held_starts THEN 0
                    WHEN starts = leased_in THEN greatest(0, value - $9)
                    ELSE value
                END AS value
            FROM dated
        ), counted AS (
            SELECT *, greatest(
                0,
                CASE WHEN unit = '' THEN (now + amount * step - value) / step
                    ELSE amount - value END
            ) AS free
            FROM mended
        ), granted AS (
            SELECT count(*) = cardinality($4) AS is_whole,
                least(min(free), $10)
                    + least($11, (min(free) - least(min(free), $10)) / 4) AS calls
            FROM counted
        )
        UPDATE bindery_limit AS held
        SET value = counted.value + granted.calls * counted.step,
            starts = counted.starts,
            ends = CASE
                WHEN unit = ''
                THEN ((counted.value + granted.calls * counted.step) / \(hour) + 1) * \(hour)
                ELSE extract(
                    epoch FROM to_timestamp(counted.starts / 1000000000) AT TIME ZONE 'UTC'
                        + ('1 ' || unit)::interval
                )::bigint * 1000000000
            END
        FROM counted, granted
        WHERE held.ledger = $1 AND held.tenant = $2 AND held.connection = $3
            AND held.name = counted.name AND granted.is_whole
        RETURNING counted.name, granted.calls, held.value, held.starts, held.ends, counted.now
        """

    /// Makes the rows that a lease did not find.
    func make(_ lease: LimitLease) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO bindery_limit (ledger, tenant, connection, name, value, starts, ends)
            SELECT $1, $2, $3, name, 0, 0,
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000 + $5
            FROM unnest($4::text[]) AS name ORDER BY name
            ON CONFLICT DO NOTHING
            """,
            .text(ledger),
            .text(lease.tenant),
            .text(lease.connection),
            .texts(lease.limits.map(\.name)),
            .integer(Self.keptTime),
            name: "make_limits"
        )
    }

    /// Deletes rows that say nothing any more, so many at most, and gives their number.
    func deleteOld(countMax: Int) -> PostgresStatement {
        PostgresStatement(
            """
            WITH gone AS (
                DELETE FROM bindery_limit WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM bindery_limit
                    WHERE ledger = $1 AND ends < $2
                        + (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000
                    ORDER BY ends LIMIT $3 FOR UPDATE SKIP LOCKED
                ))
                RETURNING 1
            )
            SELECT count(*) FROM gone
            """,
            .text(ledger),
            .integer(-Self.keptTime),
            .integer(Int64(countMax))
        )
    }
}

extension SharedLimit {
    /// PostgreSQL's name of a quota's unit; empty for a rate.
    fileprivate var unit: String {
        switch kind {
        case .rate: ""
        case .quota(let unit): unit.rawValue
        }
    }

    /// What one call adds to the row's value.
    fileprivate var step: Int64 {
        switch kind {
        case .rate(let interval): interval
        case .quota: 1
        }
    }
}

extension LimitGrant {
    /// Reads what a lease gave; nil when a limit has no row yet.
    init?(_ result: PostgresResult, of lease: LimitLease) {
        guard result.rowCount == lease.limits.count else { return nil }
        var count = 0
        var standings: [Standing] = []
        for row in 0..<result.rowCount {
            guard let name = result.text(row, 0), let calls = result.integer(row, 1),
                let value = result.integer(row, 2), let starts = result.integer(row, 3),
                let ends = result.integer(row, 4), let now = result.integer(row, 5),
                let limit = lease.limits.first(where: { $0.name == name })
            else { preconditionFailure("a lease gives whole rows of what was asked") }
            count = Int(calls)
            standings.append(
                Standing(limit, value: value, starts: starts, ends: ends, now: now)
            )
        }
        self.init(count: count, standings: standings)
    }
}

extension LimitGrant.Standing {
    fileprivate init(
        _ limit: SharedLimit,
        value: Int64,
        starts: Int64,
        ends: Int64,
        now: Int64
    ) {
        switch limit.kind {
        case .rate(let interval):
            let tolerance = interval * Int64(max(0, limit.count - 1))
            self.init(
                name: limit.name,
                wait: .nanoseconds(max(0, value - now - tolerance)),
                timeLeft: .nanoseconds(max(0, value - now)),
                used: 0,
                windowStart: 0
            )
        case .quota:
            let left = Duration.nanoseconds(max(0, ends - now))
            self.init(
                name: limit.name,
                wait: value >= limit.count ? left : .zero,
                timeLeft: left,
                used: Int(value),
                windowStart: starts / 1_000_000
            )
        }
    }
}
#endif
