import Audit
public import Model
public import Policy

/// A request that was refused before it came to a command, as the trail names it.
public struct RefusedRequest: Sendable {
    /// The address that it came from.
    public let address: String
    /// Its method and its route's template, never its path; nil when it found no route.
    public let route: String?
    /// Its id.
    public let requestID: String
    /// The trace that it belongs to (W3C).
    public let traceparent: String?
    /// When it came.
    public let now: Timestamp

    /// A request.
    public init(
        address: String,
        route: String?,
        requestID: String,
        traceparent: String?,
        now: Timestamp
    ) {
        self.address = address
        self.route = route
        self.requestID = requestID
        self.traceparent = traceparent
        self.now = now
    }
}

extension Services {
    /// Leaves a record of a failed authentication.
    ///
    /// It is the tenant's whose credential was shown or guessed at, and otherwise the platform's:
    /// whose it was not, nobody knows. Does not wait; bounded for each address and credential.
    public func noteUnauthenticated(_ error: CommandError, _ request: RefusedRequest) {
        let actor = RefusedCredential.actor(error.refusedCredential, from: request.address)
        var draft = Self.denial(.unauthenticated, error, request, by: actor)
        draft.tenant = error.refusedCredential?.tenant
        denials.note(draft)
    }

    /// Leaves a record of what the PDP did not allow, for the tenant of the credential.
    ///
    /// Does not wait; bounded for each address and credential.
    public func noteDenied(
        _ error: CommandError,
        _ action: Action,
        to caller: Caller,
        _ request: RefusedRequest
    ) {
        let actor = caller.auditActor
        var draft = Self.denial(.denied(action), error, request, by: actor)
        draft.tenant = caller.credential.tenant
        draft.decision = AuditDecision(isAllowed: false, reasons: [error.code])
        denials.note(draft)
    }

    private static func denial(
        _ refusal: Refusal,
        _ error: CommandError,
        _ request: RefusedRequest,
        by actor: AuditActor
    ) -> AuditDraft {
        var draft = AuditDraft(
            refusal.kind,
            refusal.action,
            outcome: .denied,
            by: actor,
            at: request.now
        )
        draft.failure = AuditFailure(code: error.code, detail: error.auditDetail ?? error.detail)
        draft.resource = request.route.map { AuditResource(type: "route", id: $0) }
        draft.requestID = request.requestID
        draft.traceparent = request.traceparent
        return draft
    }
}
