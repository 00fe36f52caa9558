import JSON
import Ledger
import Model
import Policy
import Resolver

/// A tenant's entities and the rules over them, as one search or question sees them.
struct AttributeGrants {
    let scope: TenantScope
    let tenant: TenantState
    let policies: AttributePolicies

    /// What the store knows of an entity; nil for one that it does not have.
    func attributes(_ type: String, _ id: String) -> JSONObject? {
        EntityKey(type: type, id: id).flatMap { tenant.entities[$0]?.value.attributes }
    }

    /// The ids of a type, sorted.
    func ids(_ type: String) -> [String] {
        tenant.entities.keys.filter { $0.type == type }.map(\.id).sorted()
    }
}

extension AccessDecider {
    /// Whether the subject and the resource are parts of configs, whose table decides.
    static func isAboutConfigs(_ subject: String, _ resource: String) -> Bool {
        subject == workflowType && GrantedResource.types.contains(resource)
    }

    /// Decides by the rules over attributes.
    mutating func decideByAttributes(
        _ question: AccessQuestion
    ) throws(CommandError) -> AccessDecision {
        guard let grants = try attributeGrants(for: question.subject),
            try knows(question.subject, grants)
        else { return Self.denied("SUBJECT_NOT_FOUND") }
        return decide(question, by: grants)
    }

    /// What the rules say of a subject that is known.
    mutating func decide(
        _ question: AccessQuestion,
        by grants: AttributeGrants
    ) -> AccessDecision {
        let subject = question.subject
        let resource = question.resource
        let asked = AttributeQuestion(
            subject: AttributeQuestion.Party(
                type: subject.type,
                id: subject.id,
                stored: grants.attributes(subject.type, subject.id) ?? [:],
                told: subject.properties
            ),
            action: question.action.name,
            actionProperties: question.action.properties,
            resource: AttributeQuestion.Party(
                type: resource.type,
                id: resource.id,
                stored: grants.attributes(resource.type, resource.id) ?? [:],
                told: resource.properties
            ),
            context: question.context
        )
        let decision = grants.policies.decide(asked, explains: question.explains)
        spend(Self.attributeStepCount + decision.stepCount)
        return AccessDecision(isAllowed: decision.isAllowed, basis: .attributes(decision, asked))
    }

    /// The tenant that a subject is of: the one that its property says, else the caller's own; nil
    /// when there is none that the caller may know of.
    ///
    /// - Throws: `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE` for a runtime of some workflows only.
    func attributeGrants(
        for subject: AccessEntity
    ) throws(CommandError) -> AttributeGrants? {
        let told = subject.properties["tenantId"]
        let own = context.caller.credential.tenant
        guard let tenant = told == nil ? own : told?.string.flatMap(TenantID.init),
            let scope = try scope(tenant, nil)
        else { return nil }
        if subject.type != Self.workflowType {
            try WorkflowWish.checkReading(nil, context.caller)
        }
        return AttributeGrants(
            scope: scope,
            tenant: scope.read(state),
            policies: policies(of: scope)
        )
    }

    /// Whether there is such a subject: who was removed, or was never there, may do nothing.
    func knows(
        _ subject: AccessEntity,
        _ grants: AttributeGrants
    ) throws(CommandError) -> Bool {
        if subject.type == Self.workflowType { return try self.grants(of: subject) != nil }
        return grants.attributes(subject.type, subject.id) != nil
    }

    /// What it is taken to cost to find the rules of a question, in steps.
    private static let attributeStepCount = 500
}

extension GrantedResource {
    /// The types of resources that configs have.
    static let types: Set<String> = ["connection", "capability", "slot"]
}
