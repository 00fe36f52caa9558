public import JSON
import Ledger
import Model

/// Makes a request that a version of a config goes live; a draft, until it is submitted.
public struct CreateChangeRequest: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The body: `blueprint`, `environment`, `version`, `title`, `description`, `publishAt`.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, body: JSONValue) {
        self.scope = scope
        self.body = body
    }

    private struct Wish {
        let line: ConfigLineID
        let version: Int
        let title: String
        let description: String?
        let publishAt: Timestamp?
    }

    private static let members: Set<String> = [
        "blueprint", "environment", "version", "title", "description", "publishAt",
    ]

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `NOT_FOUND` for a version that is not there;
    ///   `CHANGE_REQUEST_EXISTS` when one of the version is open; `TOO_MANY_CHANGE_REQUESTS`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read(context)
        try context.precondition.check(nil)
        try context.caller.check(wish.line.environment)
        var request = ChangeRequest(
            id: Self.newID(),
            tenant: scope.tenant,
            line: wish.line,
            version: wish.version,
            title: wish.title,
            description: wish.description,
            publishAt: wish.publishAt,
            author: context.caller.party
        )
        request.begin(at: context.now)
        let made = request
        return try await context.write(made.subjectOfWrite("changeRequest.create")) {
            (state, stamp) throws(CommandError) in
            try plan(made, state, stamp)
        }
    }

    private func plan(
        _ request: ChangeRequest,
        _ state: State,
        _ stamp: Ledger.Stamp
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let target = ConfigScope(scope: scope, line: request.line)
        let version = try target.version(request.version, state)
        try Self.checkOpen(version)
        let room = try makeRoom(for: request, scope.read(state).changeRequests)
        let stored = Stored(
            request,
            revision: stamp.revision,
            createdAt: stamp.now,
            updatedAt: stamp.now
        )
        let standing = RequestStanding(request, state)
        var written = Written(
            kind: .created,
            object: stored.summary,
            revision: stored.revision,
            location: "\(scope.path)/change-requests/\(request.id.text)"
        )
        written.makeBody = { .object(standing.json(of: stored)) }
        return Ledger.Plan(room + [.putChangeRequest(stored)], answer: written)
    }

    /// Checks that a version can still go live, or can again.
    ///
    /// - Throws: `INVALID_TRANSITION`.
    static func checkOpen(_ version: Stored<ConfigVersion>) throws(CommandError) {
        switch version.value.status {
        case .draft, .preview, .superseded: return
        case .published, .archived:
            throw CommandError(
                .conflict,
                "INVALID_TRANSITION",
                "A version that is \(version.value.status.rawValue) can't be asked to go live."
            )
        }
    }

    /// Forgets the oldest request that is over, when there are as many as may be.
    private func makeRoom(
        for request: ChangeRequest,
        _ requests: [ChangeRequestID: Stored<ChangeRequest>]
    ) throws(CommandError) -> [Change] {
        let open = requests.values.filter { !$0.value.status.isOver }
        let same = open.first {
            $0.value.line == request.line && $0.value.version == request.version
        }
        if let same {
            throw CommandError(
                .conflict,
                "CHANGE_REQUEST_EXISTS",
                "The version has an open change request, \(same.value.id.text).",
                members: ["changeRequest": .string(same.value.id.text)]
            )
        }
        guard open.count < ChangeRequest.openCountMax else {
            throw CommandError(
                .conflict,
                "TOO_MANY_CHANGE_REQUESTS",
                "There are \(ChangeRequest.openCountMax) open change requests: cancel some first."
            )
        }
        guard requests.count >= ChangeRequest.countMax else { return [] }
        let oldest = requests.values.filter { $0.value.status.isOver }
            .min { ($0.updatedAt, $0.value.id) < ($1.updatedAt, $1.value.id) }
        return oldest.map { [.removeChangeRequest(scope.tenant, $0.value.id)] } ?? []
    }

    private func read(_ context: CommandContext) throws(CommandError) -> Wish {
        let issues = IssueList()
        let reader = ObjectReader(body, at: .root, issues: issues, members: Self.members)
        for member in ["version", "title"] { reader.require(member) }
        let line = ConfigLineID(
            blueprint: reader.requiredIdentifier("blueprint", as: BlueprintName.self),
            environment: reader.requiredIdentifier("environment", as: EnvironmentName.self)
        )
        let title = reader.string("title", byteCountMax: ChangeRequest.titleByteCountMax)
        if title?.isEmpty == true { reader.error(.invalidValue, "title", "must not be empty") }
        let wish = Wish(
            line: line,
            version: reader.integer("version", in: 1...Int(Int32.max)) ?? 0,
            title: title ?? "",
            description: reader.string("description"),
            publishAt: reader.timestamp("publishAt")
        )
        if let time = wish.publishAt {
            MoveChangeRequest.check(time, context.now, reader)
        }
        SecretScan.scan(.object(reader.object), at: .root, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        let known = context.services.environments.contains { $0.name == line.environment }
        guard known else {
            let detail = "there is no environment \(line.environment.text)"
            throw .invalid(.unknownEnvironment, at: .root.appending("environment"), detail)
        }
        return wish
    }

    private static func newID() -> ChangeRequestID {
        guard let id = ChangeRequestID("cr_" + APIKey.randomName()) else {
            preconditionFailure("letters and digits are a name")
        }
        return id
    }
}
