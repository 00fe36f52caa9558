public import JSON

/// What the last health checks of a connection found; written by the server only (API section 8).
public struct ConnectionHealth: Sendable, Hashable {
    /// How the connection does.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// Its last check succeeded.
        case healthy
        /// Its last check failed, though not often enough yet to give up on it; or it changed too
        /// often of late (`FlapDamping`).
        case degraded
        /// It failed so often that it is passed over.
        case unhealthy
        /// Never checked, or its spec has no check.
        case unknown
    }

    /// How it does.
    public var status: Status
    /// When it was last checked.
    public var checkedAt: Timestamp?
    /// How long the last check took, in milliseconds.
    public var latencyMilliseconds: Double?
    /// Why the last check failed: a stable code.
    public var errorCode: String?
    /// Why the last check failed, in words; holds no secret.
    public var errorMessage: String?
    /// Failures since the last success.
    public var consecutiveFailures = 0
    /// Successes since the last failure.
    public var consecutiveSuccesses = 0
    /// When a check last succeeded.
    public var lastSuccessAt: Timestamp?
    /// When a check last failed; kept for `FlapDamping`.
    public var lastFailureAt: Timestamp?
    /// The changes of status, the newest last; at most `HealthTransition.countMax`.
    public var transitions: [HealthTransition] = []

    /// The health of a connection that was never checked.
    public static let unknown = ConnectionHealth(status: .unknown)

    /// A health of this status.
    public init(status: Status) { self.status = status }

    /// The health after a check that succeeded.
    ///
    /// A connection that failed is degraded until `healthyAfter` successes in a row, and one that
    /// flaps is until it was stable for a while.
    public func afterSuccess(
        at now: Timestamp,
        latencyMilliseconds: Double,
        check: HealthCheck
    ) -> ConnectionHealth {
        var next = ConnectionHealth(status: .healthy)
        next.consecutiveSuccesses = consecutiveSuccesses + 1
        let hasFailed = status == .unhealthy || status == .degraded
        let isTooEarly = hasFailed && next.consecutiveSuccesses < check.healthyAfter
        if isTooEarly || isFlapping(at: now) { next.status = .degraded }
        next.checkedAt = now
        next.latencyMilliseconds = latencyMilliseconds
        next.lastSuccessAt = now
        next.lastFailureAt = lastFailureAt
        next.transitions = transitions
        next.note(changeFrom: status, at: now)
        return next
    }

    /// The health after a check that failed: degraded, and unhealthy after `unhealthyAfter` in a row.
    public func afterFailure(
        at now: Timestamp,
        latencyMilliseconds: Double,
        code: String,
        message: String,
        check: HealthCheck
    ) -> ConnectionHealth {
        var next = self
        next.consecutiveFailures += 1
        next.consecutiveSuccesses = 0
        let isDown = next.consecutiveFailures >= check.unhealthyAfter || status == .unhealthy
        next.status = isDown ? .unhealthy : .degraded
        next.checkedAt = now
        next.latencyMilliseconds = latencyMilliseconds
        next.lastFailureAt = now
        next.errorCode = code
        next.errorMessage = message
        next.note(changeFrom: status, at: now)
        return next
    }

    /// The health as the API writes it.
    public var json: JSONValue {
        .object([
            "status": .string(status.rawValue),
            "checkedAt": checkedAt.map { .string($0.text) } ?? .null,
            "latencyMs": latencyMilliseconds.flatMap(JSONDecimal.init).map { .decimal($0) }
                ?? .null,
            "errorCode": errorCode.map { .string($0) } ?? .null,
            "errorMessage": errorMessage.map { .string($0) } ?? .null,
            "consecutiveFailures": .integer(Int64(consecutiveFailures)),
            "lastSuccessAt": lastSuccessAt.map { .string($0.text) } ?? .null,
        ])
    }
}
