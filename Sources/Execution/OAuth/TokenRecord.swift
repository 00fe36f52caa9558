import Audit
import JSON
import Model

/// The audit record of one request to a token endpoint: who was asked with what, and what came of it;
/// no token, no code and no credential.
struct TokenRecord {
    /// Whose token was asked for.
    let account: TokenAccount
    /// The token endpoint's host.
    let host: String
    /// What was given for the token.
    let grantType: String
    /// When it was asked.
    let at: Timestamp
    /// How long it took.
    let latency: Duration
    /// Why there is no token; nil when there is one.
    let failure: TokenFailure?

    /// The draft for the trail.
    var draft: AuditDraft {
        var draft = AuditDraft(
            .tokenRequest,
            outcome: failure == nil ? .success : .failure,
            at: at
        )
        draft.tenant = account.tenant
        draft.environment = account.environment
        draft.connection = account.connection
        draft.resource = AuditResource(type: "connection", id: account.connection.text)
        draft.attempts = 1
        draft.latency = latency
        draft.failure = failure.map { AuditFailure(code: $0.code, detail: $0.detail) }
        draft.after = ["grantType": .string(grantType), "endpointHost": .string(host)]
        return draft
    }
}

extension TokenFailure {
    /// What the failure is called in the trail.
    fileprivate var code: String {
        switch self {
        case .temporary: "TOKEN_ENDPOINT_UNAVAILABLE"
        case .rejected: "TOKEN_REQUEST_REJECTED"
        case .invalidGrant: Connection.needsReauthorization
        }
    }

    fileprivate var detail: String {
        switch self {
        case .temporary(let detail, _), .rejected(let detail), .invalidGrant(let detail): detail
        }
    }
}
