import Audit
import JSON
import Ledger
import Model
import Platform

extension Services {
    /// Whether a change that nobody asked for may be made: one that could not be recorded may not.
    var canRecord: Bool { audit.failure == nil || settings.auditFailsOpen }

    /// Refuses a write that could not be recorded, before it is made.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`, unless the server was told to go on without its trail.
    func checkAudit() throws(CommandError) {
        if let failure = audit.failure, !settings.auditFailsOpen { throw CommandError(failure) }
    }

    /// Records changes that were made, in their order; durable when it returns.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`: the changes were made, not all of their records were.
    func recordChanges(
        _ parts: [WrittenPart],
        _ context: CommandContext,
        _ revision: UInt64
    ) async throws(CommandError) {
        let drafts = parts.map { draft(of: $0, context, revision) }
        do {
            try await audit.append(contentsOf: drafts)
        } catch {
            guard !settings.auditFailsOpen else { return }
            let error = CommandError(error)
            throw CommandError(
                error.kind,
                error.code,
                "The change was made and stands; its audit record could not be written.",
                retryAfterSeconds: error.retryAfterSeconds
            )
        }
    }

    private func draft(
        of part: WrittenPart,
        _ context: CommandContext,
        _ revision: UInt64
    ) -> AuditDraft {
        let (subject, written) = (part.subject, part.written)
        var draft = AuditDraft(
            .change,
            subject.action,
            outcome: .success,
            by: context.caller.auditActor,
            at: context.now
        )
        draft.tenant = subject.tenant
        draft.environment = subject.environment
        draft.resource = AuditResource(type: subject.type, id: subject.id)
        if subject.type == "connection" { draft.connection = ConnectionID(subject.id) }
        draft.reason = subject.reason
        draft.revision = revision
        draft.requestID = context.requestID
        draft.traceparent = context.trace?.traceparent
        draft.before = written.before.map { .object($0) }
        let after = written.kind == .nothing ? written.farewell : written.toldObject
        draft.after = after.map { .object($0) }
        return draft
    }

    /// Writes the decisions that an answer waits for; durable when it returns.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`: the decision is not answered, unless the server was told to go on
    ///   without its trail.
    public func write(_ decisions: LoggedDecisions) async throws(CommandError) {
        try await self.decisions.write(decisions)
    }

    /// Appends a record; durable when it returns.
    ///
    /// - Returns: Its id; nil when it could not be written, and need not be.
    @discardableResult
    func record(_ draft: AuditDraft) async throws(CommandError) -> String? {
        do {
            return try await audit.append(draft).id
        } catch {
            guard settings.auditFailsOpen else { throw CommandError(error) }
            return nil
        }
    }
}

extension Caller {
    /// The caller as the trail names it.
    var auditActor: AuditActor {
        if let part { return .system(part) }
        return AuditActor(
            type: actorType,
            id: actorID,
            via: "http",
            ip: address
        )
    }
}
