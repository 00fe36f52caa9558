public import JSON
public import Model

/// Why a command was not carried out, as a client sees it; nothing was changed.
public struct CommandError: Error, Sendable, Equatable {
    /// What kind of answer it is; the API gives each its status.
    public enum Kind: Sendable, Hashable {
        /// The request can't be read.
        case malformed
        /// Nobody is known to have sent it.
        case unauthenticated
        /// The caller may not.
        case forbidden
        /// There is no such thing, or none that the caller may know of.
        case notFound
        /// There was such a thing, and it is no longer kept.
        case gone
        /// It can't be done in this state.
        case conflict
        /// What the caller has seen is not what is there.
        case preconditionFailed
        /// It breaks a rule.
        case invalid
        /// Too much of it.
        case limited
        /// The provider or a secret store did not do its part.
        case badGateway
        /// Not now.
        case unavailable
        /// Not in time.
        case timeout
    }

    /// What kind of answer it is.
    public let kind: Kind
    /// The stable code, in upper case.
    public let code: String
    /// What went wrong, in words for the client; holds no secret.
    public internal(set) var detail: String
    /// What is wrong at which place.
    public var issues: [Issue] = []
    /// Further members of the answer, such as `report` or `provider`.
    public var members: JSONObject = [:]
    /// When to come back, in seconds.
    public var retryAfterSeconds: Int?
    /// The limit that was reached.
    public var rateLimit: RateLimitNote?
    /// Whether a bearer token was shown and refused, as `WWW-Authenticate` tells (RFC 6750).
    public internal(set) var refusesToken = false
    /// What the trail says instead of `detail`, more than a client may know; holds no secret.
    var auditDetail: String?
    /// The credential that was shown and refused, where there is such a one: whose trail tells of it.
    var refusedCredential: RefusedCredential?
    /// Whether the trail knows of it already.
    public internal(set) var isRecorded = false
    /// What it may have done although it failed, which decides what becomes of the request's
    /// `Idempotency-Key`.
    public var effect = Effect.none

    /// What a command that failed may have done.
    public enum Effect: Sendable, Hashable {
        /// Nothing; whether the key may be used for another try follows from the status.
        case none
        /// Nothing, and another try may be answered otherwise: the key is free for it.
        case refusedForNow
        /// It may have called this connection's provider, and may be repeated there, and only
        /// there: the provider knows the request again.
        case repeatable(on: ConnectionID)
        /// It may have done what must not be done twice: the key is answered this again.
        case spent
    }

    /// An error.
    public init(
        _ kind: Kind,
        _ code: String,
        _ detail: String,
        issues: [Issue] = [],
        members: JSONObject = [:],
        retryAfterSeconds: Int? = nil
    ) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.issues = issues
        self.members = members
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// The error, once the trail knows of it.
    var recorded: CommandError {
        var error = self
        error.isRecorded = true
        return error
    }

    /// There is no such object.
    public static func notFound(_ what: String) -> CommandError {
        CommandError(.notFound, "NOT_FOUND", "There is no \(what).")
    }

    /// A document that breaks rules; its first issue gives the code.
    public static func invalid(_ issues: [Issue]) -> CommandError {
        let first = issues.first
        let more = issues.count > 1 ? " (and \(issues.count - 1) more)" : ""
        let place = first.map { $0.pointer.isEmpty ? "the document" : $0.pointer } ?? ""
        return CommandError(
            .invalid,
            first?.code.rawValue ?? "INVALID_VALUE",
            "\(place): \(first?.detail ?? "breaks a rule")\(more)",
            issues: issues
        )
    }

    /// A document that breaks rules.
    public static func invalid(_ document: InvalidDocument) -> CommandError {
        invalid(document.issues)
    }

    /// One rule that is broken at one place.
    public static func invalid(
        _ code: Issue.Code,
        at pointer: JSONPointer,
        _ detail: String,
        suggestion: String? = nil
    ) -> CommandError {
        invalid([Issue(code, at: pointer, detail, suggestion: suggestion)])
    }

    /// Refuses a body that holds what looks like a secret, wherever it stands (API section 1).
    ///
    /// Connections, configs and keys look for it as they are read; the other nouns by this.
    static func checkSecrets(in body: JSONValue) throws(CommandError) {
        let issues = IssueList()
        SecretScan.scan(body, at: .root, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
    }

    /// Refuses a body whose labels break their rules, which the other metadata has none of.
    static func checkLabels(in body: JSONValue) throws(CommandError) {
        let issues = IssueList()
        Labels.check(in: body, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
    }

    /// A query parameter that is wrong.
    public static func parameter(_ name: String, _ detail: String) -> CommandError {
        CommandError(.malformed, "INVALID_PARAMETER", "The parameter \(name) \(detail).")
    }
}
