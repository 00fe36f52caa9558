import Audit
import Model
import Outbound
import Secrets

/// What a call went through so far: what its audit record tells.
struct CallCourse {
    var secret: Secret?
    private(set) var request: RenderedRequest?
    private(set) var attempts = 0
    private(set) var mayHaveReachedProvider = false
    private(set) var response: OutboundResponse?
    /// The credentials of all requests: an answer may hold those of the one before.
    private var credentials: [String] = []

    /// Remembers the request that is sent next.
    mutating func take(_ request: RenderedRequest) {
        self.request = request
        credentials += request.credentials
    }

    /// Adds how the calls to the provider ended.
    mutating func take(_ outcome: Provider.Outcome) {
        attempts += outcome.attempts
        mayHaveReachedProvider = mayHaveReachedProvider || outcome.mayHaveReachedProvider
        if case .answer(let response) = outcome.last { self.response = response }
    }

    /// Puts both sides of the call into the record, redacted.
    func describe(in draft: inout AuditDraft, _ spec: IntegrationSpec) {
        draft.attempts = attempts
        guard let rendered = request else { return }
        let redaction = AuditRedaction(
            secretFields: spec.secretFields,
            secretValues: (secret?.values ?? []) + credentials,
            secretNames: rendered.secretNames
        )
        draft.request = redaction.request(
            method: rendered.request.method,
            url: rendered.request.url,
            headers: rendered.request.headers.map(\.audited),
            body: rendered.request.body
        )
        draft.response = response.map { response in
            redaction.response(
                status: response.status,
                headers: response.headers.map(\.audited),
                body: response.body
            )
        }
        draft.failure = draft.failure.map { failure in
            AuditFailure(code: failure.code, detail: redaction.text(failure.detail))
        }
    }
}

extension OutboundHeader {
    /// The field on its way into the audit.
    fileprivate var audited: AuditHeader { AuditHeader(name, value, isSecret: isSensitive) }
}
