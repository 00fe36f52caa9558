import JSON

/// The header fields of a spec's calls that are somebody's already.
///
/// The idempotency key is the caller's, and is written last: in a field of another use it would take
/// that one's place, such as a credential's.
struct TakenHeaders {
    /// Those that the client of providers writes itself, in lower case.
    static let transfer: Set<String> = [
        "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings",
        "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]
    /// Those that describe the call, which every call has or may have.
    private static let call: Set<String> = [
        "accept", "content-encoding", "content-type", "traceparent", "tracestate", "user-agent",
    ]
    /// Those that carry credentials, whatever the method of the spec.
    private static let credentials: Set<String> = ["authorization", "cookie", "cookie2"]
    private static let signature: Set<String> = [
        "content-md5", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token",
    ]

    private let auth: Set<String>
    private let transport: Set<String>
    private let version: String?

    init(_ spec: IntegrationSpec) {
        var auth: Set<String> = []
        for method in spec.auth {
            switch method {
            case .header(let name, _, _): auth.insert(name.lowercased())
            case .awsSigV4: auth.formUnion(Self.signature)
            case .bearer, .basic, .query, .oauth2, .webhookSigning, .declared: break
            }
        }
        self.auth = auth
        transport = Set((spec.transport?.headers ?? []).map { $0.name.lowercased() })
        version = spec.versionPolicy?.header.lowercased()
    }

    /// Refuses a header of the idempotency key that is taken.
    func check(
        _ header: String,
        of operation: Operation,
        at place: JSONPointer,
        _ issues: IssueList
    ) {
        guard let owner = owner(of: header.lowercased(), operation) else { return }
        issues.error(
            .invalidValue,
            at: place,
            "\(header) is set by \(owner): the idempotency key needs a header of its own"
        )
    }

    /// Who writes the field, in words; nil when nobody does.
    private func owner(of name: String, _ operation: Operation) -> String? {
        if Self.transfer.contains(name) || Self.call.contains(name) { return "Bindery itself" }
        if auth.contains(name) || Self.credentials.contains(name) { return "auth" }
        if transport.contains(name) { return "transport.headers" }
        if name == version { return "versionPolicy" }
        let isOwn = operation.headers.contains { $0.name.lowercased() == name }
        return isOwn ? "the operation's headers" : nil
    }
}
