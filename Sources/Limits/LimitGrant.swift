/// What was granted, and how the limits stand with it; all times are the counter's own clock's, told
/// as durations, so that the clocks of replicas need not agree.
public struct LimitGrant: Sendable {
    /// One limit, with the grant taken.
    public struct Standing: Sendable, Hashable {
        /// The limit's name.
        public let name: String
        /// How long until one more call can be granted; zero when it can now.
        public let wait: Duration
        /// Until a rate's bucket is full; until a quota's window ends.
        public let timeLeft: Duration
        /// The calls of a quota's window, by all replicas, leased ones among them; 0 for a rate.
        public let used: Int
        /// When the quota's window began, in milliseconds since 1970; 0 for a rate.
        public let windowStart: Int64

        /// How a limit stands.
        public init(
            name: String,
            wait: Duration,
            timeLeft: Duration,
            used: Int,
            windowStart: Int64
        ) {
            self.name = name
            self.wait = wait
            self.timeLeft = timeLeft
            self.used = used
            self.windowStart = windowStart
        }
    }

    /// The calls that may be made.
    public let count: Int
    /// The limits that were asked for, in no order.
    public let standings: [Standing]

    /// A grant.
    public init(count: Int, standings: [Standing]) {
        self.count = count
        self.standings = standings
    }
}
