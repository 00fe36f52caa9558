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
        let write = ConnectionWrite(scope: scope, connection: connection, caller: context.caller)
        return try await context.write(write.subject("connection.create")) {
            (state, stamp) throws(CommandError) in
            let existing = scope.read(state).connections[connection.id]
            try context.precondition.check(existing?.revision)
            if existing != nil {
                let detail = "The tenant has a connection \(connection.id.text)."
                throw CommandError(.conflict, "ALREADY_EXISTS", detail)
            }
            return try write.plan(state, stamp, context.services)
        }
    }
}

/// A connection on its way into the store.
struct ConnectionWrite: Sendable {
    let scope: TenantScope
    let connection: Connection
    let caller: Caller
    /// False when it is known to have the config of the one before: reading both to find out is dear.
    var mayChangeConfig = true
    /// Whether it comes out of a set, which makes connections with the status that they have elsewhere.
    var isOfSet = false

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
        _ services: Services
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let tenant = scope.read(state)
        let existing = tenant.connections[connection.id]
        if let existing { try caller.check(existing.value.environment) }
        try caller.check(connection.environment)
        let rules = ConnectionRules(state: state, services: services, takesAnyStatus: isOfSet)
        try rules.check(connection, over: existing)
        var plan = DocumentWrite.plan(
            connection,
            over: existing,
            stamp,
            location: "\(scope.path)/connections/\(connection.id.text)",
            json: tenant.writer(of: connection.id),
            change: { .putConnection($0) }
        )
        // What was found with another secret, config or spec says nothing of the new one.
        if let existing, !plan.changes.isEmpty, !isCalledAlike(existing.value) {
            let health = (tenant.health[connection.id] ?? .unknown).forgotten
            let reset = Change.putHealth(scope.tenant, connection.id, health)
            plan = Ledger.Plan(plan.changes + [reset], answer: plan.answer)
        }
        return plan
    }

    private func isCalledAlike(_ existing: Connection) -> Bool {
        mayChangeConfig
            ? connection.isCalledAlike(existing) : connection.isReachedAlike(existing)
    }
}
