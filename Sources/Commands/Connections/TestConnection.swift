import Execution
public import JSON
import Ledger
public import Model
import Secrets

/// Runs a connection's health check now, and keeps what it found; the secret of a tenant's own
/// account is validated too.
public struct TestConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The body: `reason`, which may be left out; the trail keeps it.
    public let body: JSONValue?

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, body: JSONValue? = nil) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out; a check that fails is an answer, not an error.
    ///
    /// - Throws: `NOT_FOUND`; `CONNECTION_REVOKED`; what is wrong with the body.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let reason = try ActionBody.text("reason", in: body)
        try await context.refresh()
        let state = context.state
        let tenant = scope.read(state)
        guard let connection = tenant.connections[id] else { throw .notFound("such connection") }
        try context.caller.check(connection.value.environment)
        try context.precondition.check(connection.revision)
        try Self.checkCallable(connection.value)
        // Who asks for a test has often just changed the secret where it is kept.
        connection.value.secretReference.map { context.services.secrets?.invalidate($0) }
        guard let health = await HealthRefresh.check(id, tenant, state, context, reason: reason)
        else {
            throw .notFound("such connection")
        }
        if !context.isDryRun {
            try await HealthRefresh.keep(
                [HealthRefresh.Finding(connection: connection, health: health)],
                scope,
                context
            )
        }
        var object = TenantState.json(connection, health, tenant.overlaps[id])
        let validation = await HealthRefresh.validate(
            connection.value,
            state,
            context,
            reason: reason
        )
        if let validation { object["validation"] = validation.json }
        return CommandAnswer(
            body: .json(.object(object)),
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
