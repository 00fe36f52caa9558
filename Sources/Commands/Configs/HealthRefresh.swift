import JSON
import Ledger
import Model

/// Runs the health checks of a config's connections that are missing or stale.
struct HealthRefresh {
    /// The most checks that run at the same time.
    static let concurrencyMax = 8

    let scope: TenantScope

    /// What a check found of a connection, as it was when the check began.
    struct Finding: Sendable {
        let id: ConnectionID
        let health: ConnectionHealth
        let revision: UInt64
    }

    /// Runs them and keeps what they found; a dry run keeps nothing, so it runs none.
    func run(_ config: TenantAppConfig, _ context: CommandContext) async throws(CommandError) {
        guard !context.isDryRun else { return }
        let state = context.state
        let tenant = scope.read(state)
        let stale = Set(config.bindings.map(\.connection)).sorted()
            .filter { isStale($0, tenant, state, context) }
        guard !stale.isEmpty else { return }
        var found: [Finding] = []
        await withTaskGroup(of: Finding?.self) { group in
            for (index, id) in stale.enumerated() {
                if index >= Self.concurrencyMax, let one = await group.next() ?? nil {
                    found.append(one)
                }
                let revision = tenant.connections[id]?.revision ?? 0
                group.addTask {
                    await Self.check(id, tenant, state, context)
                        .map { Finding(id: id, health: $0, revision: revision) }
                }
            }
            for await one in group { if let one { found.append(one) } }
        }
        try await Self.keep(found, scope, context)
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
        guard let connection = tenant.connections[id]?.value,
            let spec = state.catalog.specs[connection.spec]?.value
        else { return nil }
        return await context.services.checkHealth(
            connection,
            spec,
            previous: tenant.health[id] ?? .unknown,
            secret: secret,
            context
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
                let connections = scope.read(state).connections
                let changes = found.filter { connections[$0.id]?.revision == $0.revision }
                    .map { Change.putHealth(scope.tenant, $0.id, $0.health) }
                return Ledger.Plan(changes, answer: true)
            }
        } catch {
            throw CommandError(error)
        }
    }
}
