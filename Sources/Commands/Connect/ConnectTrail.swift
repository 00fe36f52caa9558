import Audit
import JSON
import Ledger
import Model

/// What the trail keeps of connect flows: who began, how it ended; no state, no code, no token.
enum ConnectTrail {
    /// A consent was asked for.
    static func begun(
        _ pending: PendingConnect,
        _ tenant: TenantID,
        _ connection: ConnectionID,
        _ context: CommandContext
    ) -> AuditDraft {
        var draft = draft("connection.connect", tenant, connection, context)
        draft.actor = context.caller.auditActor
        return draft
    }

    /// A consent came back, and the connection has its tokens; without the objects.
    static func ended(
        _ pending: PendingConnect,
        _ state: ConnectState,
        _ context: CommandContext,
        revision: UInt64
    ) -> AuditDraft {
        var draft = draft("connection.connected", state.tenant, state.connection, context)
        draft.actor = actor(of: pending, context)
        draft.revision = revision
        return draft
    }

    /// A consent came back, and nothing came of it.
    static func failed(
        _ pending: PendingConnect,
        _ state: ConnectState,
        _ context: CommandContext,
        _ error: CommandError
    ) -> AuditDraft {
        var draft = draft("connection.connected", state.tenant, state.connection, context)
        draft.actor = actor(of: pending, context)
        draft.outcome = .failure
        draft.failure = AuditFailure(code: error.code, detail: error.detail)
        return draft
    }

    /// Who asked; from where the answer came.
    private static func actor(
        of pending: PendingConnect,
        _ context: CommandContext
    ) -> AuditActor {
        AuditActor(
            type: pending.actor.type,
            id: pending.actor.id,
            via: "oauth",
            ip: context.caller.address
        )
    }

    private static func draft(
        _ action: String,
        _ tenant: TenantID,
        _ connection: ConnectionID,
        _ context: CommandContext
    ) -> AuditDraft {
        var draft = AuditDraft(
            .change,
            action,
            outcome: .success,
            by: context.caller.auditActor,
            at: context.now
        )
        draft.tenant = tenant
        draft.connection = connection
        draft.resource = AuditResource(type: "connection", id: connection.text)
        draft.requestID = context.requestID
        return draft
    }
}
