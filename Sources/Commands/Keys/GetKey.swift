import JSON
import Ledger
public import Model

/// Answers an API key, without its text.
public struct GetKey: Sendable {
    /// Whose key.
    public let owner: OwnerScope
    /// The key.
    public let id: CredentialID

    /// A request.
    public init(owner: OwnerScope, id: CredentialID) {
        self.owner = owner
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let key = owner.key(id, state) else { throw .notFound("such key") }
        let lastUsedAt = context.services.keyUsage.lastUsedAt(id)
        return CommandAnswer(
            body: .json(.object(key.json(lastUsedAt: lastUsedAt))),
            revision: state.revision,
            entityRevision: key.revision
        )
    }
}
