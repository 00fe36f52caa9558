public import JSON
import Ledger
public import Model
import Resolver

/// Registers a version of a blueprint, or replaces one that no config uses.
public struct PutBlueprint: Sendable {
    /// The name and version, from the path.
    public let id: BlueprintID
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(id: BlueprintID, body: JSONValue) {
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `VERSION_IMMUTABLE` when a config uses the
    ///   version and the body says something else than
    ///   another deprecation.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let blueprint = try Self.read(body, id: id)
        let subject = WriteSubject(
            action: "blueprint.put",
            type: "blueprint",
            id: "\(id.name.text)@\(id.version.text)"
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try Self.plan(blueprint, state, stamp, context.precondition)
        }
    }

    /// The plan that registers the blueprint.
    static func plan(
        _ blueprint: Blueprint,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ precondition: Precondition
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let existing = state.catalog.blueprints[blueprint.id]
        try precondition.check(existing?.revision)
        try checkBranding(blueprint, over: existing?.value)
        let plan = DocumentWrite.plan(
            blueprint,
            over: existing,
            stamp,
            location: Self.path(blueprint.id),
            json: Self.json,
            change: { .putBlueprint($0) }
        )
        let users = state.catalog.configCounts[blueprint.id] ?? 0
        if let existing, users > 0, !plan.changes.isEmpty,
            !Deprecation.isAllThatDiffers(existing.value.document, blueprint.document)
        {
            throw CommandError(
                .conflict,
                "VERSION_IMMUTABLE",
                "The version is used by \(users) configs: register a new version. "
                    + "Only its deprecation may change."
            )
        }
        return plan
    }

    /// A branding that is there already stays, lest its blueprint can't be deprecated any more.
    private static func checkBranding(
        _ blueprint: Blueprint,
        over existing: Blueprint?
    ) throws(CommandError) {
        guard existing?.branding != blueprint.branding else { return }
        let issues = IssueList()
        blueprint.checkBranding(issues)
        let errors = issues.issues.filter { $0.severity == .error }
        if !errors.isEmpty { throw .invalid(errors) }
    }

    /// Reads a body, which holds no secret; without an `id` from the path its own counts.
    static func read(_ body: JSONValue, id: BlueprintID?) throws(CommandError) -> Blueprint {
        let noun: Blueprint
        do {
            noun = try Blueprint(body, id: id)
        } catch {
            throw .invalid(error)
        }
        try CommandError.checkSecrets(in: body)
        try CommandError.checkLabels(in: body)
        return noun
    }

    static func path(_ id: BlueprintID) -> String {
        "/v1/specs/blueprints/\(id.name.text)/versions/\(id.version.text)"
    }

    static func json(_ blueprint: Stored<Blueprint>) -> JSONObject {
        blueprint.stamped(blueprint.value.document)
    }
}
