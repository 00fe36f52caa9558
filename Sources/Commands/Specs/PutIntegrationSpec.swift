public import JSON
import Ledger
public import Model

/// Registers a version of an integration spec, or replaces one that no connection uses.
public struct PutIntegrationSpec: Sendable {
    /// The spec's key and version, from the path.
    public let id: SpecID
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(id: SpecID, body: JSONValue) {
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `VERSION_IMMUTABLE` when a connection uses the
    ///   version and the body says something else than
    ///   another deprecation.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let spec = try Self.read(body, id: id)
        let subject = WriteSubject(
            action: "spec.put",
            type: "integrationSpec",
            id: "\(id.key.text)@\(id.version.text)"
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try Self.plan(spec, state, stamp, context.precondition)
        }
    }

    /// The plan that registers the spec.
    static func plan(
        _ spec: IntegrationSpec,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ precondition: Precondition
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let existing = state.catalog.specs[spec.id]
        try precondition.check(existing?.revision)
        // One that was kept before a rule came may still be deprecated, or sent again as it is.
        let isKept = existing.map {
            Deprecation.isAllThatDiffers($0.value.document, spec.document)
        }
        if isKept != true {
            let issues = IssueList()
            spec.checkRegistrable(issues)
            if issues.hasErrors { throw .invalid(issues.issues) }
        }
        let plan = DocumentWrite.plan(
            spec,
            over: existing,
            stamp,
            location: Self.path(spec.id),
            json: Self.json,
            change: { .putSpec($0) }
        )
        let users = state.catalog.connectionCounts[spec.id] ?? 0
        if let existing, users > 0, !plan.changes.isEmpty,
            !Deprecation.isAllThatDiffers(existing.value.document, spec.document)
        {
            throw CommandError(
                .conflict,
                "VERSION_IMMUTABLE",
                "The version is used by \(users) connections: register a new version. "
                    + "Only its deprecation may change."
            )
        }
        return plan
    }

    /// Reads a body, which holds no secret; without an `id` from the path its own counts.
    static func read(_ body: JSONValue, id: SpecID?) throws(CommandError) -> IntegrationSpec {
        let noun: IntegrationSpec
        do {
            noun = try IntegrationSpec(body, id: id)
        } catch {
            throw .invalid(error)
        }
        try CommandError.checkSecrets(in: body)
        try CommandError.checkLabels(in: body)
        return noun
    }

    static func path(_ id: SpecID) -> String {
        "/v1/specs/integrations/\(id.key.text)/versions/\(id.version.text)"
    }

    static func json(_ spec: Stored<IntegrationSpec>) -> JSONObject {
        spec.stamped(spec.value.document)
    }
}
