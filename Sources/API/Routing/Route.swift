import Commands
import HTTPWire
import JSON
import Policy

/// One row of the table of routes: everything that is to be known of an endpoint.
struct Route: Sendable {
    /// Who may call it.
    enum Access: Sendable {
        /// Anybody; four paths of the contract.
        case anyone
        /// Whoever signed it as the provider of the connection in the path, which the command judges.
        case signature
        /// Whoever the PDP lets do this.
        case action(Action)
        /// Whoever the PDP lets do this to the tenant that the query names; to its own tenant when
        /// a tenant's key names none, and to all of them when the platform's does.
        case tenantAction(Action)
    }

    /// What of a body it takes.
    enum Body: Sendable, Equatable {
        case none
        /// JSON of the schema; must be there.
        case json(String)
        /// JSON of the schema, or nothing.
        case optionalJSON(String)
        /// JSON of the schema, which must be there; what is wrong with its type is 400, as AuthZEN
        /// wants it, and a body without one is taken for JSON.
        case lenientJSON(String)
        /// JSON of the schema, or its objects as lines of JSON.
        case jsonOrLines(String)
        /// A merge patch of the schema's objects (RFC 7396).
        case mergePatch(String)
        /// Whatever bytes; with any query, and without a meaning of the header fields and parameters
        /// that writes have: who posts it knows nothing of this API.
        case raw
    }

    /// How it is carried out.
    enum Run: Sendable {
        /// At once, on the event loop: reads and decisions.
        case now(@Sendable (RouteCall) throws(CommandError) -> CommandAnswer)
        /// In a task: what must wait for the disk or a provider, or takes long to compute.
        case later(@Sendable (RouteCall) async throws(CommandError) -> CommandAnswer)
        /// At once, but for calls that `isLater` picks out: a read that may have to wait.
        case either(
            isLater: @Sendable (RouteCall) -> Bool,
            now: @Sendable (RouteCall) throws(CommandError) -> CommandAnswer,
            later: @Sendable (RouteCall) async throws(CommandError) -> CommandAnswer
        )

        /// The command, when the call can be answered at once.
        func now(
            for call: RouteCall
        ) -> (@Sendable (RouteCall) throws(CommandError) -> CommandAnswer)? {
            switch self {
            case .now(let run): run
            case .either(let isLater, let run, _): isLater(call) ? nil : run
            case .later: nil
            }
        }

        /// The command, for a task.
        var anyhow: @Sendable (RouteCall) async throws(CommandError) -> CommandAnswer {
            switch self {
            case .now(let run): { call async throws(CommandError) in try run(call) }
            case .later(let run): run
            case .either(let isLater, let now, let later):
                { call async throws(CommandError) in
                    isLater(call) ? try await later(call) : try now(call)
                }
            }
        }
    }

    /// What is answered.
    enum Answer: Sendable, Equatable {
        /// An object of the schema.
        case object(String)
        /// A new object of the schema, with its location.
        case created(String)
        /// A page of objects of the schema.
        case page(String)
        /// Nothing.
        case nothing
        /// Nothing; with `dryRun` an object of the schema, which tells what it would do.
        case nothingUnlessRehearsed(String)
        /// A text of this media type.
        case text(String)
    }

    let method: HTTPMethod
    let path: PathTemplate
    /// The operation's name in the OpenAPI document, which is the command's.
    let name: String
    let summary: String
    let access: Access
    /// What the environments of the credential do to it.
    let environments: EnvironmentReach
    /// What the workflows of the credential do to it.
    let workflows: WorkflowReach
    let query: [String]
    let body: Body
    let answer: Answer
    /// Whether an `Idempotency-Key`'s claim must survive the process: it spends money.
    let claimsDurably: Bool
    /// Members of the answer that are shown once and never kept.
    let secretMembers: Set<String>
    /// Whether the answer depends on nothing but the request, the credential and the state.
    let isPure: Bool
    /// Whether it only asks, although it is a POST that waits.
    let isQuestion: Bool
    /// Whether query parameters that it does not know are somebody else's to add.
    let ignoresOtherParameters: Bool
    /// What it leaves in the audit trail.
    let audit: RouteAudit
    let run: Run
    /// The query parameters that it knows.
    let knownParameters: Set<String>

    init(
        _ method: HTTPMethod,
        _ path: String,
        _ name: String,
        _ summary: String,
        access: Access,
        environments: EnvironmentReach? = nil,
        workflows: WorkflowReach = .none,
        query: [String] = [],
        body: Body = .none,
        answer: Answer,
        claimsDurably: Bool = false,
        secretMembers: Set<String> = [],
        isPure: Bool = false,
        isQuestion: Bool = false,
        ignoresOtherParameters: Bool = false,
        audit: RouteAudit,
        run: Run
    ) {
        self.method = method
        self.path = PathTemplate(path)
        self.name = name
        self.summary = summary
        self.access = access
        // What stands in the path is judged by the PDP, before the command.
        self.environments =
            environments ?? (self.path.parameters.contains("env") ? .path : .none)
        self.workflows = workflows
        self.query = query
        self.body = body
        self.answer = answer
        self.claimsDurably = claimsDurably
        self.secretMembers = secretMembers
        self.isPure = isPure
        self.isQuestion = isQuestion
        self.ignoresOtherParameters = ignoresOtherParameters
        self.audit = audit
        self.run = run
        let isWrite = Self.isWrite(method, run) && !isQuestion && body != .raw
        self.knownParameters = Self.knownParameters(isWrite, query, answer)
    }

    /// Whether nobody needs a credential of this server to call it.
    var isAnonymous: Bool {
        switch access {
        case .anyone, .signature: true
        case .action, .tenantAction: false
        }
    }

    /// Whether it changes something, and so may be rehearsed with `?dryRun=true`.
    var isWrite: Bool { Self.isWrite(method, run) && !isQuestion && body != .raw }

    private static func isWrite(_ method: HTTPMethod, _ run: Run) -> Bool {
        guard case .later = run else { return false }
        return method != .get
    }

    private static func knownParameters(
        _ isWrite: Bool,
        _ query: [String],
        _ answer: Answer
    ) -> Set<String> {
        var known = Set(query)
        if isWrite { known.insert("dryRun") }
        if case .page = answer { known.formUnion(["limit", "cursor"]) }
        return known
    }
}

/// A path with `{parameters}` in the place of segments.
struct PathTemplate: Sendable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    let text: String
    let segments: [Segment]
    /// The parameters' names, in order.
    let parameters: [String]

    init(_ text: String) {
        self.text = text
        self.segments = text.split(separator: "/")
            .map { part in
                let isParameter = part.hasPrefix("{")
                return isParameter
                    ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
            }
        self.parameters = segments.compactMap { segment in
            guard case .parameter(let name) = segment else { return nil }
            return name
        }
    }
}
