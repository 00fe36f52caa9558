import JSON
import Ledger
public import Model

/// Answers a connection of a tenant, with its health.
public struct GetConnection: Sendable {
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
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let tenant = scope.read(state)
        guard let connection = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(connection.value.environment)
        return CommandAnswer(
            body: .json(.object(tenant.json(connection))),
            revision: state.revision,
            entityRevision: connection.revision
        )
    }
}
