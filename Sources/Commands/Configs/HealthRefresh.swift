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
    /// How long checks are begun; those that run then may take their own time, at most 120 s.
    static let timeMax = Duration.seconds(60)

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
    /// - Throws: `HEALTH_CHECKS_UNFINISHED` when there were more than `timeMax` allows; those that were
    ///   made are kept, so the next try has fewer.
    func run(_ config: TenantAppConfig, _ context: CommandContext) async throws(CommandError) {
        guard !context.isDryRun else { return }
        let found = await findings(of: config.bindings.map(\.connection), context.state, context)
        try await Self.keep(found.findings, scope, context)
        try found.checkIsWhole()
    }

    /// What checks found, and how many there was no time for.
    struct Findings: Sendable {
        var findings: [Finding] = []
        var skippedCount = 0

        /// - Throws: `HEALTH_CHECKS_UNFINISHED`.
        func checkIsWhole() throws(CommandError) {
            guard skippedCount > 0 else { return }
            throw CommandError(
                .unavailable,
                "HEALTH_CHECKS_UNFINISHED",
                "The health checks of \(skippedCount) connections could not be made within "
                    + "\(HealthRefresh.timeMax.components.seconds) s; what was found is kept.",
                retryAfterSeconds: 1
            )
        }
    }

    /// Runs those of these connections, as they are in a state that need not be in the store, and
    /// keeps nothing.
    func findings(
        of ids: [ConnectionID],
        _ state: State,
        _ context: CommandContext
    ) async -> Findings {
        let tenant = scope.read(state)
        let stale = Set(ids).sorted()
            .filter { isStale($0, tenant, state, context) }
            .compactMap { tenant.connections[$0] }
        let start = MonotonicClock.now
        var found = Findings()
        await withTaskGroup(of: Finding?.self) { group in
            for (index, connection) in stale.enumerated() {
                if index >= Self.concurrencyMax, let one = await group.next() ?? nil {
                    found.findings.append(one)
                }
                guard MonotonicClock.now - start < Self.timeMax else {
                    found.skippedCount += 1
                    continue
                }
                group.addTask {
                    await Self.check(connection.value.id, tenant, state, context)
                        .map { Finding(connection: connection, health: $0) }
                }
            }
            for await one in group { if let one { found.findings.append(one) } }
        }
        return found
    }

    private func isStale(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext
    ) -> Bool {
        guard let connection = tenant.connections[id], connection.value.status == .active,
            state.catalog.specs[connection.value.spec]?.value.healthCheck != nil
        else { return false }
        let health = context.services.newestHealth(of: connection, in: tenant, at: context.now)
        guard let checkedAt = health.checkedAt else { return true }
        return health.status != .healthy || HealthBook.isAhead(checkedAt, of: context.now)
            || context.now - checkedAt > .seconds(context.services.healthFreshSeconds)
    }

    /// Checks one connection; nil when it is gone or has no spec.
    static func check(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext,
        secret: SecretReference? = nil,
        reason: String? = nil
    ) async -> ConnectionHealth? {
        guard let connection = tenant.connections[id],
            let spec = state.catalog.specs[connection.value.spec]?.value
        else { return nil }
        var question = HealthQuestion(connection.value, spec, secret: secret, state, context)
        question.reason = reason
        return await context.services.healthChecker.check(
            question,
            previous: context.services.newestHealth(of: connection, in: tenant, at: context.now)
        )
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
    /// config.
    static func keep(
        _ found: [Finding],
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        guard !found.isEmpty else { return }
        do {
            _ = try await context.services.ledger.commit(
                actor: context.caller.actor,
                now: context.now
            ) { (state, _) throws(CommandError) in
                try context.caller.checkKey(in: state, at: context.now)
                let connections = scope.read(state).connections
                let changes = found.filter { $0.isAbout(connections[$0.connection.value.id]) }
                    .map(\.change)
                return Ledger.Plan(changes, answer: true)
            }
        } catch {
            throw CommandError(error)
        }
        for one in found {
            let target = HealthTarget(tenant: scope.tenant, connection: one.connection.value.id)
            context.services.healthBook.note(one.health, target, of: one.connection)
        }
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
