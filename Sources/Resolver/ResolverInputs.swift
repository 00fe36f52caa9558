public import Model
public import Policy

/// A connection with what the server observed of it.
public struct ObservedConnection: Sendable {
    /// The connection.
    public let connection: Connection
    /// What its last health checks found.
    public let health: ConnectionHealth

    /// A connection and its health.
    public init(connection: Connection, health: ConnectionHealth) {
        self.connection = connection
        self.health = health
    }
}

/// Everything that a decision depends on, of one version of a tenant's config, at one revision.
public struct ResolverInputs {
    /// The config.
    public let config: TenantAppConfig
    /// The number of its version.
    public let versionNumber: Int
    /// The blueprint that it was written for.
    public let blueprint: Blueprint
    /// The environment, with its tier.
    public let environment: Environment
    /// The rules in force for the tenant.
    public let policies: PolicySet
    /// Finds a connection of the config's own tenant; nil when it has none of this id.
    public let connection: (ConnectionID) -> ObservedConnection?
    /// Finds a spec; nil when it is not registered.
    public let spec: (SpecID) -> IntegrationSpec?

    /// The inputs; the lookups are called while compiling or reporting, and not kept.
    public init(
        config: TenantAppConfig,
        versionNumber: Int,
        blueprint: Blueprint,
        environment: Environment,
        policies: PolicySet,
        connection: @escaping (ConnectionID) -> ObservedConnection?,
        spec: @escaping (SpecID) -> IntegrationSpec?
    ) {
        self.config = config
        self.versionNumber = versionNumber
        self.blueprint = blueprint
        self.environment = environment
        self.policies = policies
        self.connection = connection
        self.spec = spec
    }
}
