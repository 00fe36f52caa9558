import JSON
import Model
import Outbound
import Platform
import Secrets

/// A provider's request, ready to be sent.
struct RenderedRequest {
    /// The request; its time is set for each attempt.
    var request: OutboundRequest
    /// What signs it; nil for a request that is authenticated otherwise.
    var signer: AWSRequestSigner?
    /// What authenticates it by itself, as the provider sees it.
    fileprivate let staticCredentials: [String]
    /// The names of query parameters that carry a credential.
    let secretNames: Set<String>

    /// What authenticates it, as the provider sees it: must not come back in an answer.
    ///
    /// What a signer adds is known when the request was sent.
    var credentials: [String] { staticCredentials + (signer?.credentials ?? []) }

    /// The header fields, for a record: with those of the signer that were sent last.
    var shownHeaders: [OutboundHeader] {
        guard let added = signer?.shown(request.body) else { return request.headers }
        return request.headers.filter { header in !added.contains { $0.isNamed(header.name) } }
            + added
    }
}

/// Makes a provider's request from an operation's templates (API section 8): a pure function of
/// what it is given.
///
/// A missing optional input drops its member, header or parameter. References never leave the place
/// that the spec gives them: paths and queries are percent-encoded, headers have no line breaks, and
/// a secret stands in no path, no body and no base URL, since the spec is not accepted otherwise.
struct RequestRenderer {
    /// What a request has beside its templates.
    struct Extras {
        let effect: OutboundEffect
        let trace: TraceContext
        let idempotencyKey: String
        let userAgent: String
        let responseByteCountMax: Int
        /// The time that a request is signed with.
        var now: @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
        /// The page that is asked for; nil for the first.
        var page: PageStep?
    }

    private let spec: IntegrationSpec
    private let operation: Operation
    private let scope: TemplateScope

    init(_ spec: IntegrationSpec, _ operation: Operation, _ scope: TemplateScope) {
        self.spec = spec
        self.operation = operation
        self.scope = scope
    }

    /// Whether a call of the operation needs the connection's secret.
    static func needsSecret(_ spec: IntegrationSpec, _ operation: Operation) -> Bool {
        let isAuthenticated = spec.auth.contains { method in
            switch method {
            case .webhookSigning, .declared: false
            default: true
            }
        }
        let templates = operation.headers + operation.query + (spec.transport?.headers ?? [])
        return isAuthenticated || templates.contains { $0.value.refersToSecret }
    }

    /// The request.
    func render(_ extras: Extras) throws(RenderFailure) -> RenderedRequest {
        guard let transport = spec.transport else { throw .spec(detail: "it has no transport") }
        let credentials = try Credentials(spec.auth, scope.secret, token: scope.token)
        let urls = URLRenderer(scope: scope)
        let path = try urls.path(operation.path)
        let content = try RequestBody(operation, scope)
        let query = urls.query(operation.query) + content.query.map(Self.parameter)
        let base = try urls.base(transport.baseURL)
        var secrets = urls.query(operation.query.filter(\.value.refersToSecret))
        if let link = extras.page?.link {
            // The provider rightly leaves them out of its links, mostly.
            secrets.removeAll { link.contains($0.prefix { $0 != "=" } + "=") }
        }
        let signer = try signer(extras)
        var target = Self.target(base + path, query, secrets, credentials.query, extras.page)
        if signer != nil { target = AWSCanonicalForm.url(target) }
        var request = OutboundRequest(
            for: extras.effect,
            method: operation.method.rawValue,
            url: target,
            headers: try headers(transport, credentials, content.contentType, extras),
            body: content.bytes,
            responseByteCountMax: extras.responseByteCountMax,
            redirects: .safeMethods
        )
        if let signer { request.signing = { signer.headers(of: $0) } }
        let secretParameters = operation.query.filter(\.value.refersToSecret).map(\.name)
        return RenderedRequest(
            request: request,
            signer: signer,
            staticCredentials: credentials.values + templateSecrets(transport),
            secretNames: Set(credentials.query.map(\.name) + secretParameters)
        )
    }

    /// What signs the request, of a spec whose calls are signed.
    private func signer(_ extras: Extras) throws(RenderFailure) -> AWSRequestSigner? {
        for case .awsSigV4(let method) in spec.auth {
            return try AWSRequestSigner(method, scope, now: extras.now)
        }
        return nil
    }

    /// The URL of a call; that of a further page is where the last one pointed.
    private static func target(
        _ url: String,
        _ query: [String],
        _ secrets: [String],
        _ credentials: [(name: String, value: String)],
        _ page: PageStep?
    ) -> String {
        var url = url
        var query = query
        if let link = page?.link {
            url = link
            query = secrets
        } else if let page {
            // The operation may name the parameter itself, for the first page.
            let names = page.parameters.map { PercentEncoding.encode($0.name, .component) + "=" }
            query.removeAll { parameter in names.contains { parameter.hasPrefix($0) } }
            query += page.parameters.map { parameter($0.name, $0.value) }
        }
        query += credentials.map(parameter)
        guard !query.isEmpty else { return url }
        return url + (url.contains("?") ? "&" : "?") + query.joined(separator: "&")
    }

    private static func parameter(_ name: String, _ value: String) -> String {
        PercentEncoding.encode(name, .component) + "=" + PercentEncoding.encode(value, .component)
    }

    private func headers(
        _ transport: Transport,
        _ credentials: Credentials,
        _ contentType: String?,
        _ extras: Extras
    ) throws(RenderFailure) -> [OutboundHeader] {
        var list = HeaderList()
        list.set("Accept", "application/json")
        list.set("User-Agent", extras.userAgent)
        if let contentType { list.set("Content-Type", contentType) }
        if let policy = spec.versionPolicy { list.set(policy.header, try version(policy)) }
        for header in transport.headers + operation.headers {
            guard let value = try value(of: header) else { continue }
            list.set(header.name, value, isSensitive: header.value.refersToSecret)
        }
        for (name, value) in credentials.headers { list.set(name, value, isSensitive: true) }
        if let name = operation.idempotencyHeader {
            guard HeaderList.isValue(extras.idempotencyKey) else {
                let detail = "must not hold control characters"
                let pointer = JSONPointer.root.appending("idempotencyKey")
                throw .input([Issue(.invalidValue, at: pointer, detail)])
            }
            list.set(name, extras.idempotencyKey)
        }
        list.set("traceparent", extras.trace.traceparent)
        if let state = extras.trace.state { list.set("tracestate", state) }
        return list.headers
    }

    /// The version of the API that the connection is on.
    private func version(_ policy: VersionPolicy) throws(RenderFailure) -> String {
        guard let field = policy.configField, let value = scope.config[field] else {
            return policy.pinned
        }
        guard let version = value.string, policy.supported.contains(version) else {
            let known = policy.supported.joined(separator: ", ")
            let reference = Template.Reference(root: .config, path: [field])
            throw .reference(reference, .invalidValue, "must be a version of the spec: \(known)")
        }
        return version
    }

    private func value(of header: NamedTemplate) throws(RenderFailure) -> String? {
        let value = try scope.text(header.value) { reference, text throws(RenderFailure) in
            guard HeaderList.isValue(text) else {
                let detail = "holds a control character and stands in the header \(header.name)"
                throw .reference(reference, .invalidValue, detail)
            }
            return text
        }
        guard value.map(HeaderList.isValue) ?? true else {
            throw .spec(detail: "its header \(header.name) holds a control character")
        }
        return value
    }

    /// The secret's texts that stand in headers and queries by a template.
    private func templateSecrets(_ transport: Transport) -> [String] {
        (transport.headers + operation.headers + operation.query)
            .flatMap(\.value.references)
            .filter { $0.root == .secret }
            .compactMap { scope.value($0)?.templateText }
    }
}

extension Template {
    /// Whether it refers to the secret.
    fileprivate var refersToSecret: Bool { references.contains { $0.root == .secret } }
}
