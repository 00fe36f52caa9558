public import JSON
import Ledger
import Model

/// Makes a connection of a tenant.
public struct CreateConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The body, which names the id.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, body: JSONValue) {
        self.scope = scope
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `ALREADY_EXISTS` when the id is taken.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let connection = try PutConnection.read(body, scope: scope, id: nil)
        let write = ConnectionWrite(scope: scope, connection: connection)
        return try await context.write(write.subject("connection.create")) {
            (state, stamp) throws(CommandError) in
            let existing = scope.read(state).connections[connection.id]
            try context.precondition.check(existing?.revision)
            if existing != nil {
                let detail = "The tenant has a connection \(connection.id.text)."
                throw CommandError(.conflict, "ALREADY_EXISTS", detail)
            }
            return try write.plan(state, stamp, context.services.environments)
        }
    }
}

/// A connection on its way into the store.
struct ConnectionWrite: Sendable {
    let scope: TenantScope
    let connection: Connection

    func subject(_ action: String) -> WriteSubject {
        WriteSubject(
            action: action,
            type: "connection",
            id: connection.id.text,
            tenant: scope.tenant,
            environment: connection.environment
        )
    }

    func plan(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ environments: [Environment]
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let tenant = scope.read(state)
        let existing = tenant.connections[connection.id]
        let rules = ConnectionRules(state: state, environments: environments)
        try rules.check(connection, over: existing)
        return DocumentWrite.plan(
            connection,
            over: existing,
            stamp,
            location: "\(scope.path)/connections/\(connection.id.text)",
            json: tenant.json,
            change: { .putConnection($0) }
        )
    }
}
