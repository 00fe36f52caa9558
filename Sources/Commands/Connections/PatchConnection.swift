public import JSON
import Ledger
public import Model

/// Changes members of a connection (RFC 7396).
public struct PatchConnection: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The merge patch.
    public let patch: JSONValue

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, patch: JSONValue) {
        self.scope = scope
        self.id = id
        self.patch = patch
    }

    /// Carries it out; what the patch makes is checked as a whole.
    ///
    /// - Throws: `NOT_FOUND`; everything wrong with the result; `CONNECTION_IN_USE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        guard let members = patch.object else {
            throw .invalid(.wrongType, at: .root, "must be an object, is \(patch.typeName)")
        }
        let subject = WriteSubject(
            action: "connection.patch",
            type: "connection",
            id: id.text,
            tenant: scope.tenant
        )
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let existing = scope.read(state).connections[id]
            try context.precondition.check(existing?.revision)
            guard let existing else { throw .notFound("such connection") }
            let old = existing.value.document.object
            let merged = JSONValue.object(old).merging(patch: patch)
            let full = PutConnection.keepingStatus(merged, of: old)
            let connection = try PutConnection.read(full, scope: scope, id: id)
            let write = ConnectionWrite(
                scope: scope,
                connection: connection,
                caller: context.caller,
                mayChangeConfig: members.contains("config")
            )
            return try write.plan(state, stamp, context.services)
                .tellingInvalidated(by: id, scope, state, stamp, context)
        }
    }
}
