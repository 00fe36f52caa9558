import Audit
import JSON
import Ledger
import Model
import Platform
import Policy
import Resolver

/// The answers to the questions of one request, and the records of those decisions that are
/// written.
struct AccessAnswers {
    private let context: CommandContext
    private let revision: UInt64
    private var drafts: [AuditDraft] = []

    init(_ context: CommandContext, _ state: State) {
        (self.context, self.revision) = (context, state.revision)
    }

    /// Whether one of the decisions is written to the trail, or every one would be.
    var decisions: LoggedDecisions? {
        let log = context.services.decisions
        guard !drafts.isEmpty || log.takes(isAllowed: true) else { return nil }
        return log.note(drafts)
    }

    /// The context of a decision's answer; nil where nobody asked why.
    ///
    /// Notes the decision for the trail.
    mutating func explain(
        _ decision: AccessDecision,
        _ question: AccessQuestion
    ) -> JSONObject? {
        let isWritten = context.services.decisions.takes(isAllowed: decision.isAllowed)
        guard isWritten || question.explains else { return nil }
        let id =
            isWritten
            ? context.makeDecisionID()
            : CommandContext.decisionID(of: .object(question.document), revision)
        if isWritten { drafts.append(draft(decision, question, id)) }
        guard question.explains else { return nil }
        let tenant = question.subject.properties["tenantId"]?.string.flatMap(TenantID.init)
        var object = decision.explanation(for: context.caller.audience(of: tenant))
        object["decisionId"] = .string(id)
        object["revision"] = .integer(Int64(clamping: revision))
        return object
    }

    /// The answer as AuthZEN has it: bare, unless it was asked why.
    mutating func json(_ decision: AccessDecision, _ question: AccessQuestion) -> JSONValue {
        let isAllowed = JSONValue.bool(decision.isAllowed)
        guard let explanation = explain(decision, question) else { return ["decision": isAllowed] }
        return ["decision": isAllowed, "context": .object(explanation)]
    }

    /// Notes that the caller may not ask one of many questions.
    mutating func note(_ error: CommandError, _ question: AccessQuestion) {
        let denied = AccessDecision(isAllowed: false, basis: .unknown(error.code))
        drafts.append(draft(denied, question, context.makeDecisionID()))
    }

    private func draft(
        _ decision: AccessDecision,
        _ question: AccessQuestion,
        _ id: String
    ) -> AuditDraft {
        var draft = context.decisionDraft(
            "access.evaluate",
            isAllowed: decision.isAllowed,
            revision
        )
        // Of a tenant that the caller can't know of nobody else is told either.
        draft.tenant = knownTenant(question, decision)
        let properties = question.subject.properties
        draft.environment = properties["environment"]?.string.flatMap(EnvironmentName.init)
        draft.blueprint = properties["blueprint"]?.string.flatMap(BlueprintName.init)
        if question.subject.type == AccessDecider.workflowType {
            draft.workflow = WorkflowName(question.subject.id)
            draft.operation = OperationID(question.action.name)
        }
        draft.resource = AuditResource(type: question.resource.type, id: question.resource.id)
        if question.resource.type == "connection" {
            draft.connection = ConnectionID(question.resource.id)
        }
        draft.decision = AuditDecision(decision, id: id)
        draft.question = context.services.decisions.recorded(question.document)
        return draft
    }

    private func knownTenant(_ question: AccessQuestion, _ decision: AccessDecision) -> TenantID? {
        if let own = context.caller.credential.tenant { return own }
        guard case .unknown("SUBJECT_NOT_FOUND") = decision.basis else {
            return question.subject.properties["tenantId"]?.string.flatMap(TenantID.init)
        }
        return nil
    }
}

extension CommandContext {
    /// A new id for a decision that is written to the trail.
    func makeDecisionID() -> String { UUIDv7.make(now: now.milliseconds) }

    /// The id of a decision that is not: it follows from the question and the revision, as the
    /// decision does.
    static func decisionID(of question: JSONValue, _ revision: UInt64) -> String {
        NamedUUID.make(Array("\(revision) ".utf8) + question.serialized())
    }

    /// A record of a decision, without what it was about.
    func decisionDraft(_ action: String, isAllowed: Bool, _ revision: UInt64) -> AuditDraft {
        var draft = AuditDraft(
            .decision,
            action,
            outcome: isAllowed ? .success : .denied,
            by: caller.auditActor,
            at: now
        )
        draft.revision = revision
        draft.requestID = requestID
        draft.traceparent = trace?.traceparent
        return draft
    }
}

extension AuditDecision {
    /// A decision as the trail keeps it: all of its explanation, of which a tenant is shown its
    /// part.
    init(_ decision: AccessDecision, id: String) {
        var policies: [PolicyID] = []
        var hidden: [PolicyID] = []
        if case .call(let resolution) = decision.basis {
            let tenant = RuleNote.Audience(seesPlatform: false, seesAttributes: true)
            policies = resolution.policies
            hidden = Set(policies).subtracting(resolution.policies(for: tenant)).sorted()
        }
        self.init(
            isAllowed: decision.isAllowed,
            reasons: decision.reasons,
            policies: policies.map(\.text)
        )
        self.id = id
        platformPolicies = hidden.map(\.text)
        // The values of attributes are not kept: they are the question's, which may be masked, or
        // entities'.
        let audience = RuleNote.Audience(seesPlatform: true, seesAttributes: false)
        explanation = decision.reasonsWhy(for: audience)
    }
}

extension AccessQuestion {
    /// The question as AuthZEN writes it.
    var document: JSONObject {
        [
            "subject": subject.document,
            "action": ["name": .string(action.name), "properties": .object(action.properties)],
            "resource": resource.document, "context": .object(context),
        ]
    }
}

extension AccessEntity {
    fileprivate var document: JSONValue {
        ["type": .string(type), "id": .string(id), "properties": .object(properties)]
    }
}
