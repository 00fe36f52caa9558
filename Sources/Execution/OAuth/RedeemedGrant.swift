public import Model
public import Platform

/// What a user's consent gave, as the connection's secret from now on.
public struct RedeemedGrant: Sendable {
    /// The text of the secret: the client's credentials with the new tokens.
    public let text: SecretBytes
    /// When it is good for nothing any more; nil for tokens that are renewed, or whose end nobody told.
    public let endsAt: Timestamp?
    /// The same of the secret before.
    public let previousEndsAt: Timestamp?
}
