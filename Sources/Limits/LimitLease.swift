/// What a replica asks for: calls of one connection, each of which takes one of every limit.
public struct LimitLease: Sendable {
    /// Calls that were leased and not made.
    public struct Unused: Sendable {
        /// How many.
        public let count: Int
        /// In which window of each quota they were leased, by its name: milliseconds since 1970.
        public let windows: [String: Int64]

        /// So many calls of these windows.
        public init(count: Int, windows: [String: Int64]) {
            precondition(count >= 0, "what is left is not negative")
            self.count = count
            self.windows = windows
        }
    }

    /// The tenant's id.
    public let tenant: String
    /// The connection's id.
    public let connection: String
    /// The connection's limits, at least one.
    public let limits: [SharedLimit]
    /// Calls that wait; as many are granted as there are.
    public let needed: Int
    /// Calls beyond them that are expected soon; a quarter of what is then left is granted at most, so
    /// that the last calls are not kept from the other replicas.
    public let ahead: Int
    /// What is given back in the same step.
    public let unused: Unused

    /// A lease to ask for; one of no calls only gives back, and looks.
    public init(
        tenant: String,
        connection: String,
        limits: [SharedLimit],
        needed: Int = 0,
        ahead: Int = 0,
        unused: Unused = Unused(count: 0, windows: [:])
    ) {
        precondition(!limits.isEmpty, "a lease is of limits")
        precondition(needed >= 0 && ahead >= 0, "a lease is of calls")
        self.tenant = tenant
        self.connection = connection
        self.limits = limits
        self.needed = needed
        self.ahead = ahead
        self.unused = unused
    }

    /// The same, but with nothing given back: for who does not know whether it was already.
    public var withoutUnused: LimitLease {
        LimitLease(
            tenant: tenant,
            connection: connection,
            limits: limits,
            needed: needed,
            ahead: ahead
        )
    }
}
