import JSON
import Ledger
import Model

/// Removes a draft; its number is not given again.
public struct DeleteConfigVersion: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int

    /// A request.
    public init(target: ConfigScope, number: Int) {
        self.target = target
        self.number = number
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `VERSION_IMMUTABLE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = target.subject("config.delete", number)
        let actor = context.caller.credential.id.text
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let existing = target.read(state).versions[number]
            try context.precondition.check(existing?.revision)
            guard let existing else { throw .notFound("such config version") }
            try ConfigDraft.checkDraft(existing)
            let step = ConfigTransition(
                version: number,
                from: .draft,
                to: nil,
                actor: actor,
                at: stamp.now,
                reason: nil
            )
            let changes: [Change] = [
                .addTransition(target.scope.tenant, target.line, step),
                .removeConfigVersion(target.scope.tenant, target.line, number),
            ]
            let reset = RequestReset(target, number, state, stamp, context.caller.party)
                .run(.cancel, to: .cancelled, because: "the version was deleted")
            var written = Written(kind: .nothing, before: existing.json)
            written.beside = reset.records
            return Ledger.Plan(changes + reset.changes, answer: written)
        }
    }
}
