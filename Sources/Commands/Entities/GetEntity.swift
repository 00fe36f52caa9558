import JSON
import Ledger
public import Model

/// Answers an entity.
public struct GetEntity: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// Its type and id.
    public let key: EntityKey

    /// A request.
    public init(scope: TenantScope, key: EntityKey) {
        self.scope = scope
        self.key = key
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let entity = scope.read(state).entities[key] else { throw .notFound("such entity") }
        return CommandAnswer(
            body: .json(.object(entity.json)),
            revision: state.revision,
            entityRevision: entity.revision
        )
    }
}
