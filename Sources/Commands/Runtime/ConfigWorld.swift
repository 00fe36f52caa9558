import Ledger
import Model
import Policy
import Resolver

/// What the resolver needs of a state to judge a tenant's configs in one environment.
struct ConfigWorld {
    let state: State
    let tenant: TenantState
    let environment: Environment

    /// The inputs for a version of a config; nil when its blueprint is gone.
    func inputs(_ config: TenantAppConfig, number: Int) -> ResolverInputs? {
        guard let blueprint = state.catalog.blueprints[config.blueprint]?.value else { return nil }
        let tenant = tenant
        let specs = state.catalog.specs
        return ResolverInputs(
            config: config,
            versionNumber: number,
            blueprint: blueprint,
            environment: environment,
            policies: PolicySet(
                platform: state.catalog.policyRules,
                tenant: tenant.policyRules
            ),
            connection: { id in
                tenant.connections[id]
                    .map {
                        ObservedConnection(
                            connection: $0.value,
                            health: tenant.health[id] ?? .unknown
                        )
                    }
            },
            spec: { specs[$0]?.value }
        )
    }

    /// A version, compiled; nil when there is none or its blueprint is gone.
    func table(_ version: Stored<ConfigVersion>?) -> BindingTable? {
        guard let version else { return nil }
        return inputs(version.value.config, number: version.value.number)
            .map { BindingTable(compiling: $0) }
    }
}
