import Audit
import JSON
import Ledger
import Model
import Platform
import Resolver

/// What the trail knows of a call that came to no connection.
extension ExecuteCapability {
    /// A denial is remembered before it is told.
    func recordDenial(
        _ decision: AuditDecision,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext
    ) async throws(CommandError) {
        var draft = context.decisionDraft("capability.execute", isAllowed: false, state.revision)
        identify(&draft, wish)
        draft.decision = decision
        try await context.services.record(draft)
    }

    /// Remembers a call that nobody could serve, before that is told; a dry run is no call.
    ///
    /// - Returns: The error, which names its record. An `Idempotency-Key` is free again: nothing was
    ///   sent, and the next try may be served.
    /// - Throws: `AUDIT_UNAVAILABLE`.
    func refusal(
        _ error: CommandError,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext,
        _ decision: AuditDecision? = nil,
        passedOver: [AuditPassedOver] = []
    ) async throws(CommandError) -> CommandError {
        var error = error
        if error.effect == .none { error.effect = .refusedForNow }
        if !passedOver.isEmpty { error.members["passedOver"] = .array(passedOver.map(\.json)) }
        guard !context.isDryRun else { return error }
        var draft = AuditDraft(
            .call,
            "capability.execute",
            outcome: .failure,
            by: context.caller.auditActor,
            at: context.now
        )
        identify(&draft, wish)
        draft.revision = state.revision
        draft.requestID = context.requestID
        draft.traceparent = context.trace?.traceparent
        draft.attempts = 0
        draft.decision = decision
        draft.passedOver = passedOver
        draft.failure = AuditFailure(code: error.code, detail: error.detail)
        let id = try await context.services.record(draft)
        error.members["decisionId"] = decision?.id.map { .string($0) }
        error.members["auditId"] = id.map { .string($0) }
        return error
    }

    private func identify(_ draft: inout AuditDraft, _ wish: Wish) {
        draft.tenant = target.scope.tenant
        draft.environment = target.line.environment
        draft.blueprint = target.line.blueprint
        draft.resource = AuditResource(type: "capability", id: capability.text)
        draft.workflow = wish.workflow
        draft.capability = capability
        draft.question = wish.question
    }
}

extension Resolution {
    /// Those that would have served if they could, as answers and the trail name them.
    var auditedPassedOver: [AuditPassedOver] {
        passedOver.map { candidate in
            AuditPassedOver(
                connectionID: candidate.connectionID.text,
                reason: candidate.reasons.first?.rawValue ?? ""
            )
        }
    }
}
