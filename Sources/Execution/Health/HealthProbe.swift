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
    /// Whether who asked would not wait as long as the spec lets the provider take, and the provider
    /// did not answer by then: nothing was found out.
    let isCut: Bool
    /// The check as the trail would have it.
    let draft: AuditDraft

    /// Whether the provider answered as it should.
    public var hasSucceeded: Bool { failure == nil }

    /// Whether it found nothing out about the account: this server had no room, or the provider wants
    /// to be asked less often.
    public var saysNothing: Bool { failure?.saysNothing ?? false }

    /// The health of a connection that had `previous` before.
    public func health(after previous: ConnectionHealth) -> ConnectionHealth {
        let milliseconds = latency.milliseconds
        if saysNothing { return previous }
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

extension CallFailure.Reason {
    /// Whether a check that ended so has found nothing out.
    fileprivate var saysNothing: Bool {
        switch self {
        case .overloaded, .auditUnavailable: true
        case .providerError(let error): error.status == 429
        default: false
        }
    }
}
