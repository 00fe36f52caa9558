import JSON
import Ledger
public import Model

/// Answers a policy rule.
public struct GetPolicy: Sendable {
    /// Whose rule.
    public let owner: OwnerScope
    /// The rule.
    public let id: PolicyID

    /// A request.
    public init(owner: OwnerScope, id: PolicyID) {
        self.owner = owner
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let rule = owner.policies(state)[id] else { throw .notFound("such policy") }
        return CommandAnswer(
            body: .json(.object(rule.json)),
            revision: state.revision,
            entityRevision: rule.revision
        )
    }
}
