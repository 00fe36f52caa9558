import Execution
import JSON
import Model
import Resolver

extension Services {
    /// Whether a connection's circuit breaker is open now.
    func openBreakers(of tenant: TenantID) -> (ConnectionID) -> Bool {
        let executor = executor
        guard executor.mayHaveOpenBreaker else { return { _ in false } }
        return { executor.circuitOpenTime(of: $0, in: tenant) != nil }
    }

    /// Whether what is resolved depends on the state alone: an open breaker changes it too.
    public var isResolvingSettled: Bool { !executor.mayHaveOpenBreaker }

    /// Lets go of what is counted for a connection that is gone.
    func forget(_ removed: WriteSubject) {
        guard removed.type == "connection", let tenant = removed.tenant,
            let id = ConnectionID(removed.id)
        else { return }
        executor.forget(id, of: tenant)
    }

    /// Has the next who needs a secret read it anew.
    func forgetSecret(_ reference: SecretReference) { executor.forgetSecret(reference) }

    /// Checks a connection's health, with `secret` in the place of its own when one is given.
    func checkHealth(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        previous: ConnectionHealth,
        secret: SecretReference?,
        _ context: CommandContext
    ) async -> ConnectionHealth {
        let config = MergedConfig(
            schema: spec.configSchema,
            connection: connection.config,
            binding: nil
        )
        return await healthChecker.check(
            connection,
            spec,
            config: config.object,
            previous: previous,
            secretReference: secret,
            actor: context.caller.auditActor,
            requestID: context.requestID
        )
    }
}
