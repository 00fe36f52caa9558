import JSON
import Ledger
public import Model
import Secrets

/// Runs a connection's health check now, and keeps what it found.
public struct TestConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID

    /// A request.
    public init(scope: TenantScope, id: ConnectionID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out; a check that fails is an answer, not an error.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_REVOKED`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        try await context.refresh()
        let state = context.state
        let tenant = scope.read(state)
        guard let connection = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(connection.value.environment)
        try context.precondition.check(connection.revision)
        try Self.checkCallable(connection.value)
        // Who asks for a test has often just changed the secret where it is kept.
        connection.value.secretReference.map { context.services.secrets?.invalidate($0) }
        guard let health = await HealthRefresh.check(id, tenant, state, context) else {
            throw .notFound("such connection")
        }
        if !context.isDryRun {
            try await HealthRefresh.keep(
                [HealthRefresh.Finding(connection: connection, health: health)],
                scope,
                context
            )
        }
        return CommandAnswer(
            body: .json(.object(TenantState.json(connection, health))),
            revision: context.state.revision,
            entityRevision: connection.revision
        )
    }

    /// - Throws: `CONNECTION_REVOKED`.
    static func checkCallable(_ connection: Connection) throws(CommandError) {
        guard connection.status == .revoked else { return }
        let detail = "A revoked connection is not called any more."
        throw CommandError(.conflict, "CONNECTION_REVOKED", detail)
    }
}
