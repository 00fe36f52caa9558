public import JSON
public import Model

/// A webhook that was taken: it passes through the log to those who follow it, and leaves nothing in
/// the state but its mark.
public struct WebhookDelivery: Sendable, Hashable {
    /// The most bytes of a body that are kept.
    public static let bodyByteCountMax = 64 << 10

    /// The tenant.
    public let tenant: TenantID
    /// The connection that it was posted to.
    public let connection: ConnectionID
    /// The connection's environment.
    public let environment: EnvironmentName
    /// What it is known again by.
    public let mark: WebhookMark
    /// What is told of it.
    public let object: JSONObject

    /// A delivery.
    public init(
        tenant: TenantID,
        connection: ConnectionID,
        environment: EnvironmentName,
        mark: WebhookMark,
        object: JSONObject
    ) {
        (self.tenant, self.connection, self.environment) = (tenant, connection, environment)
        (self.mark, self.object) = (mark, object)
    }
}
