import Audit
public import Model

/// What one check found, before anybody has drawn a conclusion.
public struct HealthProbe: Sendable {
    /// How the spec wants its connections checked.
    public let check: HealthCheck
    /// When the check began.
    public let at: Timestamp
    /// How long it took.
    public let latency: Duration
    /// Why it did not succeed; nil when it did.
    let failure: CallFailure.Reason?
    /// The check as the trail would have it.
    let draft: AuditDraft

    /// Whether the provider answered as it should.
    public var hasSucceeded: Bool { failure == nil }

    /// The health of a connection that had `previous` before.
    public func health(after previous: ConnectionHealth) -> ConnectionHealth {
        let milliseconds = latency.milliseconds
        guard let failure else {
            return previous.afterSuccess(at: at, latencyMilliseconds: milliseconds, check: check)
        }
        return previous.afterFailure(
            at: at,
            latencyMilliseconds: milliseconds,
            code: failure.code,
            message: failure.detail,
            check: check
        )
    }
}
