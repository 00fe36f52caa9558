public import JSON
import Ledger
public import Model

/// Makes a connection under a known id, or replaces it.
public struct PutConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, body: JSONValue) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `CONNECTION_IN_USE` when a live config relies on
    ///   what would change.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        // A body without a status keeps the one that is there, so it is read inside the plan.
        _ = try Self.read(body, scope: scope, id: id)
        let subject = WriteSubject(
            action: "connection.put",
            type: "connection",
            id: id.text,
            tenant: scope.tenant
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(scope.read(state).connections[id]?.revision)
            return try plan(state, stamp, context)
                .tellingInvalidated(by: id, scope, state, stamp, context)
        }
    }

    /// The plan that makes the connection of a set, with the status that it says, or replaces all of it
    /// but its status, which somebody may have moved for a reason that no file knows.
    ///
    /// - Returns: The plan, and the status that is left as it is; nil where both say the same.
    func planOfSet(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> (plan: Ledger.Plan<Written>, drift: SetDrift?) {
        let existing = scope.read(state).connections[id]?.value
        let full = Self.keepingStatus(body, of: existing?.document.object)
        let wished = try Self.read(full, scope: scope, id: id)
        var drift: SetDrift?
        var connection = wished
        if let existing, existing.status != wished.status {
            drift = SetDrift(
                pointer: "/status",
                wished: wished.status.rawValue,
                found: existing.status.rawValue
            )
            connection = wished.moved(to: existing.status, reason: existing.statusReason)
        }
        var write = ConnectionWrite(scope: scope, connection: connection, caller: context.caller)
        write.isOfSet = true
        return (try write.plan(state, stamp, context.services), drift)
    }

    /// The plan that makes or replaces the connection.
    func plan(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let existing = scope.read(state).connections[id]
        let full = Self.keepingStatus(body, of: existing?.value.document.object)
        let connection = try Self.read(full, scope: scope, id: id)
        let write = ConnectionWrite(scope: scope, connection: connection, caller: context.caller)
        return try write.plan(state, stamp, context.services)
    }

    /// The body with the status that the document of the connection has, when it says none.
    static func keepingStatus(_ body: JSONValue, of old: JSONObject?) -> JSONValue {
        guard let old, var object = body.object else { return body }
        for key in ["status", "statusReason"] where object[key] == nil { object[key] = old[key] }
        return .object(object)
    }

    static func read(
        _ body: JSONValue,
        scope: TenantScope,
        id: ConnectionID?
    ) throws(CommandError) -> Connection {
        let connection: Connection
        do {
            connection = try Connection(body, tenant: scope.tenant, id: id)
        } catch {
            throw .invalid(error)
        }
        try CommandError.checkLabels(in: body)
        return connection
    }
}
