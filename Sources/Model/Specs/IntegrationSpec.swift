public import JSON

/// What an integration provides and how its provider is called (API section 8): global, immutable
/// once a connection uses it.
public struct IntegrationSpec: DocumentNoun {
    /// Key and version.
    public let id: SpecID
    /// The category, which a slot asks for.
    public let category: CategoryName
    /// The ownership modes it supports; all of them when the document names none.
    public let supportedModes: [OwnershipMode]
    /// The capabilities it provides.
    public let provides: [Provision]
    /// The schema of a connection's merged config; nil when everything goes.
    public let configSchema: Schema?
    /// The names of the secret's fields, as the secret schema declares them.
    public let secretFields: Set<String>
    /// How a call authenticates; all of them apply.
    public let auth: [AuthMethod]
    /// Where calls go; nil for a spec that is not called.
    public let transport: Transport?
    /// The calls, by id.
    public let operations: [OperationID: Operation]
    /// How its health is checked; nil leaves health unknown.
    public let healthCheck: HealthCheck?
    /// How a tenant's own secret is validated; nil when the spec does not say.
    public let byokSetup: ByokSetup?
    /// The provider's limits.
    public let constraints: Constraints
    /// Which version of the provider's API a call asks for; nil where the spec leaves that open.
    public let versionPolicy: VersionPolicy?
    /// Set when it should no longer be used.
    public let deprecation: Deprecation?
    /// The document.
    public let document: StoredDocument

    /// A capability and the operation that serves it.
    public struct Provision: Sendable, Hashable {
        /// The capability.
        public let capability: CapabilityKey
        /// Its version.
        public let version: ObjectVersion
        /// The operation; named after the capability when the document names none.
        public let operation: OperationID
    }

    /// How its calls get a token; nil for a spec whose calls need none.
    public var oauth: OAuthMethod? {
        for case .oauth2(let method) in auth { return method }
        return nil
    }

    /// How the provider signs what it sends to a connection; nil when it sends nothing.
    public var webhookSigning: WebhookSigning? {
        for case .webhookSigning(let signing) in auth { return signing }
        return nil
    }

    /// The provision of `capability` in `version`, or in its highest version when none is named.
    public func provision(of capability: CapabilityKey, version: ObjectVersion?) -> Provision? {
        let candidates = provides.filter { $0.capability == capability }
        guard let version else { return candidates.max { $0.version < $1.version } }
        return candidates.first { $0.version == version }
    }
}

/// Where a spec's calls go.
public struct Transport: Sendable, Hashable {
    /// The start of every URL, without a slash at its end; may refer to the config.
    public let baseURL: Template
    /// Headers of every call.
    public let headers: [NamedTemplate]
}

/// A header, a query parameter or a form field with a template as its value.
public struct NamedTemplate: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: Template
}

/// How a call authenticates; each member names a field of the secret.
public enum AuthMethod: Sendable, Hashable {
    /// `Authorization: Bearer <field>`.
    case bearer(secretField: String)
    /// `Authorization: Basic`; an absent password field is an empty password.
    case basic(usernameField: String, passwordField: String?)
    /// A header `<headerName>: <prefix><field>`.
    case header(name: String, prefix: String, secretField: String)
    /// A query parameter.
    case query(name: String, prefix: String, secretField: String)
    /// `Authorization: Bearer` with a token that an authorization server gives for the secret.
    case oauth2(OAuthMethod)
    /// `Authorization: AWS4-HMAC-SHA256` with a signature over the request itself.
    case awsSigV4(AWSSigning)
    /// How the provider signs what it sends to a connection; adds nothing to a call.
    case webhookSigning(WebhookSigning)
    /// Declared for other parts of the product; adds nothing to a call.
    case declared(type: String)
}

/// A call of a provider's API.
public struct Operation: Sendable, Hashable {
    /// How the body is written.
    public enum Encoding: String, Sendable, CaseIterable {
        /// `application/json`.
        case json
        /// `application/x-www-form-urlencoded`; nested members as `a[b]`.
        case form
        /// `multipart/form-data` (RFC 7578): each member a field, or a file of its own type.
        case multipart
        /// The bytes as they are: a text, or what base64 stands for.
        case raw
        /// No body: its members are query parameters; nested members as `a[b]`.
        case query
        /// No body.
        case none
    }

    /// The methods that a provider is called with.
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Its id.
    public let id: OperationID
    /// The method.
    public let method: Method
    /// The path after the transport's base; references are percent-encoded.
    public let path: Template
    /// Query parameters.
    public let query: [NamedTemplate]
    /// Headers beside the transport's.
    public let headers: [NamedTemplate]
    /// How the body is written.
    public let encoding: Encoding
    /// The body; nil for none.
    public let body: TemplateTree?
    /// The type of a raw body; nil for the one that its form has.
    public let contentType: String?
    /// What the input must satisfy.
    public let inputSchema: Schema?
    /// What a successful answer should satisfy.
    public let outputSchema: Schema?
    /// The header that carries the idempotency key.
    public let idempotencyHeader: String?
    /// Whether sending it twice does no harm.
    public let isSafe: Bool
    /// Statuses that may be tried again, beside those that always may.
    public let retryableStatuses: Set<Int>
    /// Where the provider's own error code stands in an error's body.
    public let errorCodePointer: JSONPointer?
    /// The header of an error that names the provider's code, where its body does not.
    public let errorCodeHeader: String?
    /// Where the provider's own words stand in an error's body.
    public let errorMessagePointer: JSONPointer?
    /// What makes an answer with a status of 200 to 299 an error all the same; nil for nothing.
    public let errorSign: ErrorSign?
    /// What becomes of a successful answer; nil leaves it as it is.
    public let output: TemplateTree?
    /// Where elements stand in an answer in XML that are a list also when there is one or none.
    public let outputLists: [JSONPointer]
    /// How a list that comes in pages is read on; nil where it comes whole.
    public let pagination: Pagination?

    /// What a call does at the provider: a provider whose writes fail may well be read.
    public enum CallClass: String, Sendable, CaseIterable {
        /// It changes nothing: GET, HEAD, and what the spec says is safe.
        case read
        /// Everything else.
        case write
    }

    /// What a call of it does at the provider.
    public var callClass: CallClass { isSafe ? .read : .write }

    /// Whether sending it twice does no harm by the method's definition or by the spec's word.
    public var isIdempotent: Bool {
        switch method {
        case .get, .head, .put, .delete: true
        case .post, .patch: isSafe
        }
    }
}

extension Operation {
    /// Equal when their ids are: within a spec an id stands for one operation.
    public static func == (left: Operation, right: Operation) -> Bool { left.id == right.id }
    /// Hashes the id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// How a connection's health is checked.
public struct HealthCheck: Sendable, Hashable {
    /// The operation that is called.
    public let operation: OperationID
    /// How long it may take, in milliseconds.
    public let timeoutMilliseconds: Int
    /// How often, in seconds.
    public let intervalSeconds: Int
    /// Failures in a row until a connection is unhealthy.
    public let unhealthyAfter: Int
    /// Successes in a row until it is healthy again.
    public let healthyAfter: Int
}

/// A provider's limits, or a connection's tightening of them; nil means no limit.
public struct Constraints: Sendable, Hashable {
    /// Calls a minute.
    public var callsPerMinute: Int?
    /// Calls an hour.
    public var callsPerHour: Int?
    /// Calls by a period's name: `callsPerDay`, `callsPerMonth`, and `callsPerHour`.
    public var quotas: [String: Int] = [:]
    /// Calls at the same time.
    public var concurrency: Int?

    /// No limits.
    public init() {}

    /// The tighter of both, limit by limit.
    public func tightened(by other: Constraints) -> Constraints {
        func tighter(_ a: Int?, _ b: Int?) -> Int? {
            guard let a, let b else { return a ?? b }
            return min(a, b)
        }
        var result = self
        result.callsPerMinute = tighter(callsPerMinute, other.callsPerMinute)
        result.callsPerHour = tighter(callsPerHour, other.callsPerHour)
        result.concurrency = tighter(concurrency, other.concurrency)
        result.quotas.merge(other.quotas) { min($0, $1) }
        return result
    }
}
