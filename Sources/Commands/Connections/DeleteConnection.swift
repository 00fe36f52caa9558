import Execution
import Ledger
public import Model

/// Removes a connection that no live config binds.
public struct DeleteConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID

    /// A request.
    public init(scope: TenantScope, id: ConnectionID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_IN_USE` with where.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WriteSubject(
            action: "connection.delete",
            type: "connection",
            id: id.text,
            tenant: scope.tenant
        )
        return try await context.write(subject) { (state, _) throws(CommandError) in
            try context.precondition.check(scope.read(state).connections[id]?.revision)
            return try plan(state, context)
        }
    }

    /// The plan that removes it.
    func plan(
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let tenant = scope.read(state)
        guard let existing = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(existing.value.environment)
        try ConnectionRules.checkUnused(
            id,
            in: tenant,
            context.services.environments,
            "A live config binds it."
        )
        let change = Change.removeConnection(scope.tenant, id)
        return DocumentWrite.removal(of: tenant.json(existing), change)
    }
}
