public import JSON
import Ledger
import Model

/// Replaces the content of a draft.
public struct PutConfigVersion: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(target: ConfigScope, number: Int, body: JSONValue) {
        self.target = target
        self.number = number
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `VERSION_IMMUTABLE`, `TOO_MANY_AUTHORS`, everything malformed in the body.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = target.subject("config.put", number)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try Self.plan(target, number, state, stamp, context) { _ in body }
        }
    }

    /// The plan that gives a draft the content that `body` makes of its present document.
    static func plan(
        _ target: ConfigScope,
        _ number: Int,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ body: (JSONObject) -> JSONValue
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let existing = target.read(state).versions[number]
        try context.precondition.check(existing?.revision)
        guard let existing else { throw .notFound("such config version") }
        try ConfigDraft.checkDraft(existing)
        let old = existing.value.config
        let body = body(old.document.object)
        let config = try ConfigDraft.read(body, target, state, version: old.blueprint.version)
        var written = Written(
            object: existing.json,
            revision: existing.revision,
            before: existing.json
        )
        if config.document.object == old.document.object { return Ledger.Plan([], answer: written) }
        let authors = try ConfigAuthors.changed(
            existing.value,
            on: target,
            state,
            by: context.caller
        )
        let stored = Stored(
            existing.value.replacing(config, authors: authors),
            revision: stamp.revision,
            createdAt: existing.createdAt,
            updatedAt: stamp.now
        )
        written.object = stored.json
        written.revision = stored.revision
        let reset = RequestReset(target, number, state, stamp, context.caller.party)
            .run(.reset, to: .draft, because: "the draft was changed")
        written.beside = reset.records
        return Ledger.Plan([.putConfigVersion(stored)] + reset.changes, answer: written)
    }
}
