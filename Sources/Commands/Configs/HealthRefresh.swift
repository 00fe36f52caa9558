import Execution
import JSON
import Ledger
import Model
import Resolver

/// Runs the health checks of a config's connections that are missing or stale.
struct HealthRefresh {
    /// The most checks that run at the same time.
    static let concurrencyMax = 8

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
    func run(_ config: TenantAppConfig, _ context: CommandContext) async throws(CommandError) {
        guard !context.isDryRun else { return }
        let found = await findings(of: config.bindings.map(\.connection), context.state, context)
        try await Self.keep(found, scope, context)
    }

    /// Runs those of these connections, as they are in a state that need not be in the store, and
    /// keeps nothing.
    func findings(
        of ids: [ConnectionID],
        _ state: State,
        _ context: CommandContext
    ) async -> [Finding] {
        let tenant = scope.read(state)
        let stale = Set(ids).sorted()
            .filter { isStale($0, tenant, state, context) }
            .compactMap { tenant.connections[$0] }
        var found: [Finding] = []
        await withTaskGroup(of: Finding?.self) { group in
            for (index, connection) in stale.enumerated() {
                if index >= Self.concurrencyMax, let one = await group.next() ?? nil {
                    found.append(one)
                }
                group.addTask {
                    await Self.check(connection.value.id, tenant, state, context)
                        .map { Finding(connection: connection, health: $0) }
                }
            }
            for await one in group { if let one { found.append(one) } }
        }
        return found
    }

    private func isStale(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext
    ) -> Bool {
        guard let connection = tenant.connections[id]?.value, connection.status == .active,
            state.catalog.specs[connection.spec]?.value.healthCheck != nil
        else { return false }
        guard let health = tenant.health[id], let checkedAt = health.checkedAt else { return true }
        return health.status != .healthy
            || context.now - checkedAt > .seconds(context.services.healthFreshSeconds)
    }

    /// Checks one connection; nil when it is gone or has no spec.
    static func check(
        _ id: ConnectionID,
        _ tenant: TenantState,
        _ state: State,
        _ context: CommandContext,
        secret: SecretReference? = nil
    ) async -> ConnectionHealth? {
        guard let connection = tenant.connections[id],
            let spec = state.catalog.specs[connection.value.spec]?.value
        else { return nil }
        return await context.services.healthChecker.check(
            HealthQuestion(connection.value, spec, secret: secret, context),
            previous: context.services.newestHealth(of: connection, in: tenant)
        )
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
        _ context: CommandContext
    ) {
        let config = MergedConfig(
            schema: spec.configSchema,
            connection: connection.config,
            binding: nil
        )
        self.init(
            connection,
            spec,
            config: config.object,
            secretReference: secret,
            actor: context.caller.auditActor,
            requestID: context.requestID
        )
    }
}
