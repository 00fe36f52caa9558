public import Model

/// Something at a connection's limits that its owner may want to be told.
public struct GateEvent: Sendable {
    /// What it is.
    public enum Kind: Sendable {
        /// The breaker of a class of calls has opened.
        case breakerOpened(Operation.CallClass)
        /// Calls pass that breaker again.
        case breakerClosed(Operation.CallClass)
        /// Calls have reached a share of a quota.
        case quotaReached(Quota)
    }

    /// A share of a quota.
    public struct Quota: Sendable {
        /// The quota's name in a spec, such as `callsPerDay`.
        public let name: String
        /// The share: 80 or 100.
        public let percent: Int
        /// The calls of a period.
        public let limit: Int
        /// When the period began.
        public let start: Timestamp
        /// When it ends.
        public let end: Timestamp
    }

    /// Whose connection it is.
    public let tenant: TenantID
    /// The connection.
    public let connection: ConnectionID
    /// What it is.
    public let kind: Kind
}
