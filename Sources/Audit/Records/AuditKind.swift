/// What a record tells of (API section 8).
public enum AuditKind: String, Sendable, Hashable, CaseIterable {
    /// Something in the store was changed.
    case change
    /// The PDP was asked.
    case decision
    /// A provider was called for a capability, or would have been.
    case call
    /// Somebody authenticated, or tried to.
    case auth
    /// A connection's health was checked.
    case health
}

/// How it ended.
public enum AuditOutcome: String, Sendable, Hashable, CaseIterable {
    /// As was asked for.
    case success
    /// It was tried, and did not succeed.
    case failure
    /// It was not allowed.
    case denied
}
