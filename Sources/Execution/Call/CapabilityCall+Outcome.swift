import Audit
import Model
import Platform

extension CapabilityCall {
    /// The audit record of the call; `failure` is nil for one that succeeded.
    func draft(
        _ failure: CallFailure.Reason?,
        _ course: CallCourse,
        _ latency: Duration,
        at start: Timestamp
    ) -> AuditDraft {
        var draft = AuditDraft(.call, "capability.execute", outcome: .success, by: actor, at: start)
        if let failure {
            draft.outcome = .failure
            draft.failure = AuditFailure(code: failure.code, detail: failure.detail)
        }
        identify(&draft)
        draft.passedOver = passedOver
        draft.decision = decision
        draft.question = question
        draft.latency = latency
        course.describe(in: &draft, spec)
        return draft
    }

    /// Says in a record which call it is about.
    func identify(_ draft: inout AuditDraft) {
        draft.tenant = tenant
        draft.environment = environment
        draft.resource = AuditResource(type: "capability", id: capability.text)
        draft.blueprint = blueprint
        draft.workflow = workflow
        draft.capability = capability
        draft.operation = operation.id
        draft.slot = slot
        draft.connection = connection.id
        draft.revision = revision
        draft.requestID = requestID
        draft.traceparent = trace?.traceparent
    }

    /// The answer to the caller.
    func result(
        _ answer: AnswerReader.Success,
        _ course: CallCourse,
        _ latency: Duration,
        _ auditID: String?
    ) -> CallResult {
        CallResult(
            capability: capability,
            operation: operation.id,
            connection: connection.id,
            output: answer.output,
            providerStatus: answer.status,
            providerRequestID: answer.requestID,
            attempts: course.attempts,
            latency: latency,
            auditID: auditID,
            passedOver: passedOver,
            warnings: answer.warnings,
            page: answer.page
        )
    }

    /// Why there is no answer to the caller.
    func failure(
        _ reason: CallFailure.Reason,
        _ course: CallCourse,
        _ latency: Duration,
        _ auditID: String?
    ) -> CallFailure {
        CallFailure(
            reason: reason,
            attempts: course.attempts,
            mayHaveReachedProvider: course.mayHaveReachedProvider,
            latency: latency,
            auditID: auditID,
            connection: connection.id,
            operation: operation.id,
            passedOver: passedOver
        )
    }
}
