/// How calls are made.
public struct ExecutionConfiguration: Sendable {
    /// When a connection's circuit breaker opens and closes.
    public var breaker = BreakerSettings()
    /// How long a call may take that names no time itself: who waits less finds nothing out about the
    /// provider by it.
    public var timeout = CapabilityCall.timeoutDefault
    /// The most times that a provider is called for one call.
    public var attemptCountMax = 3
    /// The longest wait before the second attempt; it doubles with each attempt.
    public var backoffBase = Duration.milliseconds(200)
    /// The longest wait before any attempt.
    public var backoffMax = Duration.seconds(5)
    /// The largest answer of a provider, in bytes, decompressed.
    public var responseByteCountMax = 4 << 20
    /// The `User-Agent` of requests whose spec names none.
    public var userAgent = "bindery"
    /// Whether calls are made and answered though their audit record cannot be written.
    public var auditFailsOpen = false
    /// Whether this replica's own count admits calls while the limits that replicas share cannot be
    /// asked.
    public var sharedLimitsFailOpen = false
    /// The most calls of one connection that are under way at once, so that a provider that hangs does
    /// not keep everybody else waiting.
    public var callsPerConnectionMax = 256
    /// The most connections whose limits are kept in memory.
    public var connectionCountMax = 200_000

    /// Told of what happens at the limits of connections; nil tells nobody.
    ///
    /// Called within the call that it happens to: it must not wait.
    public var onGateEvent: (@Sendable (GateEvent) -> Void)?

    /// A configuration with the limits of API section 10.
    public init() {}
}

/// When a circuit breaker opens, and for how long (API section 10).
public struct BreakerSettings: Sendable, Hashable {
    /// Failures in a row that open it.
    public var failuresInRow = 5
    /// Calls within the window from which on their share of failures counts.
    public var windowCallCountMin = 10
    /// The share of failures within the window that opens it.
    public var failureShare = 0.5
    /// How long an answer takes that counts as slow; nil counts none.
    public var slowTime: Duration?
    /// The share of slow answers within the window that opens it.
    public var slowShare = 0.5
    /// How far the window looks back.
    public var window = Duration.seconds(30)
    /// How long it stays open before one probe is let through.
    public var openTime = Duration.seconds(30)

    /// The defaults of API section 10.
    public init() {}
}
