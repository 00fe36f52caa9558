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
    /// The status of an answer of which nothing else can be read.
    private(set) var unreadableStatus: Int?
    /// The answer whose body is still to come.
    private(set) var stream: OutboundStream?
    /// The credentials of all requests: an answer may hold those of the one before.
    private var credentials: [String] = []
    /// Those of all requests, with the signatures that were made since.
    private var allCredentials: [String] { credentials + (request?.credentials ?? []) }

    /// Remembers the request that is sent next.
    mutating func take(_ request: RenderedRequest) {
        credentials = allCredentials
        self.request = request
    }

    /// Adds how the calls to the provider ended.
    mutating func take(_ outcome: Provider.Outcome) {
        attempts += outcome.attempts
        mayHaveReachedProvider = mayHaveReachedProvider || outcome.mayHaveReachedProvider
        switch outcome.last {
        case .answer(let response): self.response = response
        case .stream(let stream): self.stream = stream
        case .failure(let error): unreadableStatus = error.status
        case .outOfTime: break
        }
    }

    /// Puts both sides of the call into the record, redacted.
    func describe(in draft: inout AuditDraft, _ spec: IntegrationSpec) {
        draft.attempts = attempts
        guard let sides = audited(spec) else { return }
        draft.request = sides.request
        draft.response = sides.response
        draft.failure = draft.failure.map { failure in
            AuditFailure(code: failure.code, detail: sides.redaction.text(failure.detail))
        }
    }

    /// Both sides, redacted; nil before there was a request.
    func audited(_ spec: IntegrationSpec) -> Sides? {
        guard let rendered = request else { return nil }
        let redaction = redaction(rendered, spec)
        let request = redaction.request(
            method: rendered.request.method,
            url: rendered.request.url,
            headers: rendered.shownHeaders.map(\.audited),
            body: rendered.request.body
        )
        let response =
            stream.map { stream in
                redaction.streamed(status: stream.status, headers: stream.headers.map(\.audited))
            }
            ?? response.map { response in
                redaction.response(
                    status: response.status,
                    headers: response.headers.map(\.audited),
                    body: response.body
                )
            } ?? unreadableStatus.map { redaction.streamed(status: $0, headers: []) }
        return Sides(request: request, response: response, redaction: redaction)
    }

    private func redaction(_ rendered: RenderedRequest, _ spec: IntegrationSpec) -> AuditRedaction {
        AuditRedaction(
            secretFields: spec.secretFields,
            secretValues: (secret?.values ?? []) + allCredentials,
            secretNames: rendered.secretNames
        )
    }

    /// What was handed on of a streamed answer, redacted.
    func streamed(_ ending: StreamedCall.Ending, _ spec: IntegrationSpec) -> AuditMessage? {
        guard let rendered = request, let stream else { return nil }
        return redaction(rendered, spec)
            .streamed(
                status: stream.status,
                headers: stream.headers.map(\.audited),
                head: ending.head,
                byteCount: ending.byteCount,
                digest: ending.digest
            )
    }

    /// What was sent and answered, without secrets.
    struct Sides {
        let request: AuditMessage
        let response: AuditMessage?
        let redaction: AuditRedaction
    }
}

extension OutboundHeader {
    /// The field on its way into the audit.
    fileprivate var audited: AuditHeader { AuditHeader(name, value, isSecret: isSensitive) }
}
