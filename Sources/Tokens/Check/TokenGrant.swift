public import Model

/// What a token that was checked lets its bearer do.
public struct TokenGrant: Sendable {
    /// Where it comes from.
    public struct Origin: Sendable, Hashable {
        /// The `iss`.
        public let issuer: String
        /// The `sub`.
        public let subject: String
        /// The key that signed it.
        public let key: WebKey.Identity
        /// From when on it is good no more.
        public let end: Timestamp
    }

    /// Where it comes from.
    public let origin: Origin
    /// The tenant whose data it reaches; nil for the platform.
    public let tenant: TenantID?
    /// The roles; none when nothing was mapped.
    public let roles: Set<Role>
    /// The environments in which it may act; nil for all, empty for none.
    public let environments: [EnvironmentName]?
    /// The workflows that it may act as; empty for none.
    public let workflows: [Pattern]
}
