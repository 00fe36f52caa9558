import Execution
import Ledger
import Model
import Resolver

/// A connection that is checked in the background: it is active, and its spec says how.
struct HealthJob: Sendable {
    let target: HealthTarget
    /// The store's revision that the job was read at.
    let revision: UInt64
    let connection: Stored<Connection>
    let spec: IntegrationSpec
    let check: HealthCheck
    /// What the ledger keeps of its health.
    let kept: ConnectionHealth?
    /// The secret that it can be returned to.
    let overlap: SecretOverlap?

    /// Nil when the connection is not checked.
    init?(_ target: HealthTarget, _ state: State) {
        guard let tenant = state.tenants[target.tenant],
            let connection = tenant.connections[target.connection],
            connection.value.status == .active,
            let spec = state.catalog.specs[connection.value.spec]?.value,
            let check = spec.healthCheck
        else { return nil }
        self.target = target
        revision = state.revision
        self.connection = connection
        self.spec = spec
        self.check = check
        kept = tenant.health[target.connection]
        overlap = tenant.overlaps[target.connection]
    }

    /// What is asked of the provider, with `secret` in the place of the connection's own if given.
    func question(secret: SecretReference? = nil) -> HealthQuestion {
        let config = MergedConfig(connection.value, spec)
        return HealthQuestion(
            connection.value,
            spec,
            config: config.object,
            secretReference: secret,
            revision: revision
        )
    }
}
