import Execution
import JSON
import Ledger
import Model
import Platform
import Resolver

/// Runs the health checks of a config's connections that are missing or stale.
struct HealthRefresh {
    /// The most checks that run at the same time.
    static let concurrencyMax = 8
    /// The most connections that an error names.
    static let namedCountMax = 5

    let scope: TenantScope

    /// What a check found of a connection, as it was when the check began.
    struct Finding: Sendable {
        let connection: Stored<Connection>
        let health: ConnectionHealth

        /// The change that keeps it.
        var change: Change { .putHealth(connection.value.tenant, connection.value.id, health) }

        /// Whether it is about this connection; of one that has changed since it tells nothing.
        func isAbout(_ other: Stored<Connection>?) -> Bool {
            guard let other else { return false }
            return other.revision == connection.revision
                && other.value.document == connection.value.document
        }
    }

    /// Runs them and keeps what they found; a dry run keeps nothing, so it runs none.
    ///
    /// Those that there was no time for are not fresh afterwards, which the gate `HEALTH` tells.
    func run(_ config: TenantAppConfig, _ context: CommandContext) async throws(CommandError) {
        guard !context.isDryRun else { return }
        let found = await findings(
            of: config.bindings.map(\.connection),
            context.state,
            until: Self.deadline(context),
            context
        )
        try await Self.keep(found.findings, scope, context)
    }

    /// What checks found, and those that there was no time for.
    struct Findings: Sendable {
        var findings: [Finding] = []
        var unfinished: [ConnectionID] = []

        /// - Throws: `HEALTH_CHECKS_UNFINISHED`.
        func checkIsWhole() throws(CommandError) {
            if !unfinished.isEmpty { throw HealthRefresh.unfinished(unfinished) }
        }
    }

    /// What one task found; without a health when there was no time.
    fileprivate struct Outcome: Sendable {
        let connection: Stored<Connection>
        let health: ConnectionHealth?
    }

    /// When the checks of a request that begins now have to be over.
    static func deadline(_ context: CommandContext) -> MonotonicInstant {
        MonotonicClock.now + context.services.publishCheckTimeMax
    }

    /// Runs those of these connections, as they are in a state that need not be in the store, and
    /// keeps nothing.
    ///
    /// None takes longer than until the deadline, however long its spec lets the provider take.
    func findings(
        of ids: [ConnectionID],
        _ state: State,
        until deadline: MonotonicInstant,
        _ context: CommandContext
    ) async -> Findings {
        let tenant = scope.read(state)
        let stale = Set(ids).sorted()
            .filter { isStale($0, tenant, state, context) }
            .compactMap { tenant.connections[$0] }
        var found = Findings()
        await withTaskGroup(of: Outcome.self) { group in
            for (index, connection) in stale.enumerated() {
                if index >= Self.concurrencyMax, let one = await group.next() { found.take(one) }
                let left = deadline - MonotonicClock.now
                guard left > .zero else {
                    found.unfinished.append(connection.value.id)
                    continue
                }
                group.addTask {
                    let id = connection.value.id
                    let health = await Self.check(id, tenant, state, context, within: left)
                    return Outcome(connection: connection, health: health)
                }
            }
            for await one in group { found.take(one) }
        }
        return found
    }

    private func isStale(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext
    ) -> Bool {
        guard let connection = tenant.connections[id], Self.hasCheck(connection.value, state)
        else { return false }
        let health = context.services.newestHealth(of: connection, in: tenant, at: context.now)
        // Ahead of the clock it was found when that was wrong; those that this very request has made
        // are a little ahead of its beginning, and are not asked here.
        return health.status != .healthy
            || health.checkedAt.map { HealthBook.isAhead($0, of: context.now) } ?? true
            || !health.isFresh(at: context.now, context.services.healthFreshSeconds)
    }

    /// Whether a connection is in service and its spec says how it is checked.
    static func hasCheck(_ connection: Connection, _ state: State) -> Bool {
        connection.status == .active
            && state.catalog.specs[connection.spec]?.value.healthCheck != nil
    }

    /// What is answered while checks of these connections are missing that a publish needs.
    static func unfinished(_ ids: [ConnectionID]) -> CommandError {
        let named = Set(ids).sorted()
        let shown = named.prefix(namedCountMax).map(\.text).joined(separator: ", ")
        let more = named.count - namedCountMax
        return CommandError(
            .unavailable,
            "HEALTH_CHECKS_UNFINISHED",
            "Nothing was published: the health checks of \(shown)"
                + (more > 0 ? " and \(more) more" : "")
                + " have told nothing: they were not over within health.publishSeconds, or the "
                + "provider wants to be asked less often. What was found of others is kept, so "
                + "another try has fewer to make.",
            retryAfterSeconds: 1
        )
    }

    /// Checks one connection; nil when it is gone or has no spec, or was not done within `bound`.
    static func check(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext,
        secret: SecretReference? = nil,
        within bound: Duration? = nil,
        reason: String? = nil
    ) async -> ConnectionHealth? {
        guard let connection = tenant.connections[id],
            let spec = state.catalog.specs[connection.value.spec]?.value
        else { return nil }
        let checker = context.services.healthChecker
        var question = HealthQuestion(connection.value, spec, secret: secret, state, context)
        question.reason = reason
        let previous = context.services.newestHealth(of: connection, in: tenant, at: context.now)
        guard let bound else { return await checker.check(question, previous: previous) }
        return await checker.check(question, previous: previous, within: bound)
    }

    /// Validates the secret of a tenant's own account; nil when the spec does not say how, or the
    /// account is not the tenant's.
    static func validate(
        _ connection: Connection,
        _ state: State,
        _ context: CommandContext,
        secret: SecretReference? = nil,
        reason: String? = nil
    ) async -> CredentialValidation? {
        guard connection.mode == .byok, let spec = state.catalog.specs[connection.spec]?.value
        else { return nil }
        var question = HealthQuestion(connection, spec, secret: secret, state, context)
        question.reason = reason
        return await context.services.healthChecker.validate(question)
    }

    /// Keeps what checks found; it moves no revision.
    ///
    /// What was found of a connection that has changed since is dropped: it is of another secret or
    /// config. What is kept already is not kept again, or its change of status would be told twice.
    static func keep(
        _ found: [Finding],
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        guard !found.isEmpty else { return }
        // The trail that could not take the check takes no change of status either.
        try context.services.checkAudit()
        do {
            _ = try await context.services.ledger.commit(
                actor: context.caller.actor,
                now: context.now
            ) { (state, _) throws(CommandError) in
                try context.caller.checkKey(in: state, at: context.now)
                let connections = scope.read(state).connections
                let kept = scope.read(state).health
                let changes =
                    found.filter { one in
                        let id = one.connection.value.id
                        return one.isAbout(connections[id]) && one.health != kept[id]
                    }
                    .map(\.change)
                return Ledger.Plan(changes, answer: true)
            }
        } catch {
            throw CommandError(error)
        }
        for one in found {
            let target = HealthTarget(tenant: scope.tenant, connection: one.connection.value.id)
            // A check that found nothing out gives what was known, which is no other check.
            let book = context.services.healthBook
            let known = book.newest(target, one.connection, kept: nil, now: context.now)
            guard known != one.health else { continue }
            book.note(one.health, target, of: one.connection)
        }
    }
}

extension HealthRefresh.Findings {
    fileprivate mutating func take(_ one: HealthRefresh.Outcome) {
        guard let health = one.health else { return unfinished.append(one.connection.value.id) }
        findings.append(HealthRefresh.Finding(connection: one.connection, health: health))
    }
}

extension HealthQuestion {
    /// The question of a caller, with `secret` in the place of the connection's own if given.
    init(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        secret: SecretReference?,
        _ state: State,
        _ context: CommandContext
    ) {
        let config = MergedConfig(connection, spec)
        self.init(
            connection,
            spec,
            config: config.object,
            secretReference: secret,
            revision: state.revision,
            actor: context.caller.auditActor,
            requestID: context.requestID
        )
    }
}

extension ConnectionHealth {
    /// Whether it was checked within so many seconds.
    func isFresh(at now: Timestamp, _ seconds: Int) -> Bool {
        checkedAt.map { now - $0 <= .seconds(seconds) } ?? false
    }
}
