import Execution
import JSON
import Ledger
public import Model

/// Answers a connection's requests, errors, limits and the state of its breaker.
public struct GetConnectionUsage: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID

    /// A request.
    public init(scope: TenantScope, id: ConnectionID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out; usage is counted since the server started.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard let connection = scope.read(state).connections[id]?.value else {
            throw .notFound("such connection")
        }
        try context.caller.check(connection.environment)
        let constraints = state.catalog.specs[connection.spec]?.value.constraints ?? .init()
        let usage = await context.services.executor.usage(
            of: connection,
            constraints.tightened(by: connection.limits)
        )
        return CommandAnswer(body: .json(usage), revision: state.revision)
    }
}
