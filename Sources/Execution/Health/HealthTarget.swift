public import Model

/// A connection that is checked: its id is unique within its tenant only.
public struct HealthTarget: Hashable, Sendable {
    /// The tenant.
    public let tenant: TenantID
    /// The connection.
    public let connection: ConnectionID

    /// A target.
    public init(tenant: TenantID, connection: ConnectionID) {
        self.tenant = tenant
        self.connection = connection
    }
}
