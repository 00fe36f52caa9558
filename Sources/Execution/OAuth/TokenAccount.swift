import Model

/// Whose token is asked for.
struct TokenAccount: Sendable {
    /// The tenant.
    let tenant: TenantID
    /// The connection.
    let connection: ConnectionID
    /// The connection's environment.
    let environment: EnvironmentName

    /// The account of a connection.
    init(_ connection: Connection) {
        tenant = connection.tenant
        self.connection = connection.id
        environment = connection.environment
    }
}
