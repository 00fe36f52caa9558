import Ledger
public import Model

/// Removes an entity.
public struct DeleteEntity: Sendable {
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
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try PutEntity.check(context.caller)
        let subject = PutEntity.subject("entity.delete", scope, key)
        return try await context.write(subject) { (state, _) throws(CommandError) in
            try context.precondition.check(scope.read(state).entities[key]?.revision)
            return try plan(state)
        }
    }

    /// The plan that removes it.
    func plan(_ state: State) throws(CommandError) -> Ledger.Plan<Written> {
        guard let existing = scope.read(state).entities[key] else {
            throw .notFound("such entity")
        }
        return DocumentWrite.removal(of: existing.json, .removeEntity(scope.tenant, key))
    }
}
