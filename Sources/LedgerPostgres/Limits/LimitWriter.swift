#if PostgreSQL
import Limits
import Platform

/// Leases of limits, on a connection of their own: the state of its queue.
struct LimitWriter {
    /// How often a batch is tried, each time on another connection when the last one was lost.
    static let attemptCountMax = 3
    /// The most rows that are deleted at once.
    static let deletedCountMax = 1000

    /// What is asked, and until when.
    struct Ask: Sendable {
        let lease: LimitLease
        let deadline: MonotonicInstant
    }

    typealias Answer = Result<LimitGrant, SharedLimitsFailure>

    private let statements: LimitStatements
    private var link: PostgresLink
    private var isClosed = false

    init(_ configuration: PostgresJournal.Configuration, stop: Bell) {
        var configuration = configuration
        // Shorter than a lease is waited for: a lock that is not had in time is tried for anew.
        configuration.lockTimeout = .seconds(2)
        configuration.statementTimeout = .seconds(2)
        configuration.connectTimeout = .seconds(2)
        statements = LimitStatements(ledger: configuration.ledger)
        // What a commit may lose with an asynchronous standby, it may lose with any: `local` keeps a
        // lease over a crash of the server, and does not make calls wait for a standby.
        let role = PostgresLink.Role(
            name: "limits",
            idleTimeout: .seconds(5),
            waitsForStandby: false
        )
        link = PostgresLink(configuration, role, stop: stop)
    }

    mutating func close() {
        isClosed = true
        link.drop()
    }

    /// Answers all in one transaction: the commit is waited for once.
    ///
    /// They are asked in one order by all replicas, so that none waits for another in a circle.
    mutating func answer(_ asks: [Ask]) -> [Answer] {
        let now = MonotonicClock.now
        let order = asks.indices.filter { asks[$0].deadline > now }
            .sorted { left, right in asks[left].lease.isBefore(asks[right].lease) }
        var answers = [Answer](
            repeating: .failure(SharedLimitsFailure("the database was busy")),
            count: asks.count
        )
        guard let deadline = order.map({ asks[$0].deadline }).max() else { return answers }
        do throws(PostgresFailure) {
            let grants = try lease(order.map { asks[$0].lease }, until: deadline)
            for (index, grant) in zip(order, grants) { answers[index] = .success(grant) }
        } catch {
            let failure = SharedLimitsFailure(error.message)
            for index in order { answers[index] = .failure(failure) }
        }
        return answers
    }

    /// Deletes rows that say nothing any more; true when there may be more.
    mutating func deleteOld() throws(PostgresFailure) -> Bool {
        let deadline = MonotonicClock.now + .seconds(5)
        let session = try session(until: deadline)
        let delete = statements.deleteOld(countMax: Self.deletedCountMax)
        let count = try session.run(delete, until: deadline).integer(0, 0) ?? 0
        return count == Self.deletedCountMax
    }

    private mutating func lease(
        _ leases: [LimitLease],
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> [LimitGrant] {
        var leases = leases
        var attemptCount = 0
        while true {
            attemptCount += 1
            do {
                return try leaseOnce(leases, until: deadline)
            } catch {
                let isLast = attemptCount == Self.attemptCountMax
                guard !isLast, MonotonicClock.now < deadline else { throw error }
                switch error {
                case .unsent: break
                case .lost:
                    // It may have been done: what was given back must not be given back again. What
                    // was granted then is lost until the limit refills.
                    leases = leases.map(\.withoutUnused)
                case .refused(let state, _) where SQLState.isPassing(state): break
                case .refused, .unreachable, .stopped, .journal: throw error
                }
            }
        }
    }

    private mutating func leaseOnce(
        _ leases: [LimitLease],
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> [LimitGrant] {
        let session = try session(until: deadline)
        let first = try session.run(leases.map(statements.lease), until: deadline)
        var grants = zip(first, leases).map { result, lease in LimitGrant(result, of: lease) }
        let missing = grants.indices.filter { grants[$0] == nil }
        if !missing.isEmpty {
            // Rows of their own first; nothing was taken or given back without them.
            let statements = missing.flatMap { index in
                [self.statements.make(leases[index]), self.statements.lease(leases[index])]
            }
            let results = try session.run(statements, until: deadline)
            for (place, index) in missing.enumerated() {
                grants[index] = LimitGrant(results[2 * place + 1], of: leases[index])
            }
        }
        let whole = grants.compactMap { $0 }
        guard whole.count == leases.count else {
            throw .refused(state: SQLState.serialization, message: "rows of limits were deleted")
        }
        return whole
    }

    private mutating func session(
        until deadline: MonotonicInstant
    ) throws(PostgresFailure) -> PostgresSession {
        guard !isClosed else { throw .stopped }
        let (session, isNew) = try link.connected(until: deadline)
        // A database that was restored from before this table has it made again.
        if isNew { try Migration.bringUpToDate(session, until: deadline) }
        return session
    }
}

extension LimitLease {
    fileprivate func isBefore(_ other: LimitLease) -> Bool {
        (tenant, connection) < (other.tenant, other.connection)
    }
}
#endif
