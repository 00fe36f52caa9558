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

    /// What keeps in the ledger what the trail does not have yet; nil where both are lost together.
    var owing: AuditOwing? { AuditOwing(ledger, audit) }

    /// Records changes that were made, in their order; durable when it returns.
    ///
    /// - Throws: `AUDIT_UNAVAILABLE`: the changes were made, not all of their records were; the ledger
    ///   owes them (`DebtRecovery`).
    func recordChanges(
        _ parts: [WrittenPart],
        _ context: CommandContext,
        _ revision: UInt64,
        _ debt: AuditDebt?
    ) async throws(CommandError) {
        let drafts = parts.map { part in
            var draft = part.draft(context, revision)
            draft.before = part.written.before.map { .object($0) }
            draft.after = part.written.objectAfter.map { .object($0) }
            return draft
        }
        do {
            try await audit.append(contentsOf: drafts)
            debt?.settle()
        } catch {
            guard !settings.auditFailsOpen else { return }
            let error = CommandError(error)
            throw CommandError(
                error.kind,
                error.code,
                "The change was made and stands; its audit record could not be written, and will be "
                    + "when the trail can be written again.",
                retryAfterSeconds: error.retryAfterSeconds
            )
        }
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
