public import Model

/// Who is told of what happens to the grants of connections.
public protocol TokenObserver: Sendable {
    /// An authorization server takes a connection's grant no more, and no token of it is left.
    ///
    /// - Returns: Whether that was kept; if not it is told again.
    func grantEnded(_ end: GrantEnd) async -> Bool
}

/// A grant that an authorization server takes no more.
public struct GrantEnd: Sendable, Hashable {
    /// The tenant.
    public let tenant: TenantID
    /// The connection.
    public let connection: ConnectionID
    /// The secret that holds the grant: a connection that has another one by now is not meant.
    public let reference: SecretReference
    /// What the server said, in words without secrets.
    public let detail: String
}
