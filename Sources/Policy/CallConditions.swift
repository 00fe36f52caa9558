public import JSON
public import Model

/// The rules with attributes that are about calls of workflows, and what one call tells them.
///
/// They narrow what bindings grant and never widen it: a forbid that applies, or can't be judged,
/// denies; where a permit is about the call, one of its level must apply, and one that can't be
/// judged does not count. They are judged at each call, since they look at its circumstances: what
/// is compiled of a config knows nothing of them.
public struct CallConditions: Sendable {
    /// The type of the subjects of calls.
    public static let subjectType = AttributeClause.callSubjectType
    /// The type of the resources of calls.
    public static let resourceType = AttributeClause.callResourceType

    /// Who would call, as rules see it.
    public struct Subject: Sendable {
        /// The tenant of the config.
        public let tenant: TenantID
        /// The config.
        public let blueprint: BlueprintName
        /// Its environment.
        public let environment: EnvironmentName

        /// A subject: a workflow of this config.
        public init(tenant: TenantID, blueprint: BlueprintName, environment: EnvironmentName) {
            (self.tenant, self.blueprint, self.environment) = (tenant, blueprint, environment)
        }
    }

    private let levels: [[AttributeRule]]
    private let subject: JSONObject
    private let context: JSONObject
    private let actionProperties: JSONObject

    /// The conditions for one call; nil when no rule is about calls.
    public init?(
        _ policies: AttributePolicies,
        _ subject: Subject,
        context: JSONObject,
        actionProperties: JSONObject = [:]
    ) {
        let levels = [policies.platform.overCalls, policies.tenant.overCalls]
        guard levels.contains(where: { !$0.isEmpty }) else { return nil }
        self.levels = levels
        self.subject = [
            "tenantId": .string(subject.tenant.text), "blueprint": .string(subject.blueprint.text),
            "environment": .string(subject.environment.text),
        ]
        self.context = context
        self.actionProperties = actionProperties
    }

    /// Judges a call with one connection.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - workflow: The workflow; without one nobody calls, and nothing is judged.
    ///   - tags: The tags of the connection, a list of texts.
    ///   - stepCount: What judging cost so far in this decision; beyond
    ///     `ConditionJudge.stepCountMax` no rule can be judged any more.
    /// - Returns: What the rules say; silent where none is about the call.
    public func judge(
        _ call: PolicyCall,
        _ workflow: WorkflowName?,
        tags: JSONValue,
        stepCount: inout Int
    ) -> PolicyVerdict {
        var verdict = PolicyVerdict.silent
        guard let workflow else { return verdict }
        var judge = ConditionJudge(question(call, workflow, tags), stepCount: stepCount)
        for rules in levels {
            var gate: Bool?
            for rule in rules where rule.concerns(judge.question) {
                let isAdmitted = note(rule, rule.outcome(&judge), judge.question, &verdict)
                if rule.effect == .permit { gate = gate ?? false || isAdmitted }
            }
            if gate == false { verdict.isGateFailed = true }
        }
        stepCount = judge.stepCount
        return verdict
    }

    /// Notes a rule's part; answers whether it applies.
    private func note(
        _ rule: AttributeRule,
        _ outcome: AttributeRule.Outcome,
        _ question: AttributeQuestion,
        _ verdict: inout PolicyVerdict
    ) -> Bool {
        switch (outcome, rule.effect) {
        case (.applies, .forbid):
            verdict.isForbidden = true
            verdict.notes.append(RuleNote(rule, .forbids))
        case (.applies, .permit):
            verdict.notes.append(RuleNote(rule, .admits))
            return true
        case (.fails, .forbid): break
        case (.fails(let condition), .permit):
            guard verdict.notes.count < RuleNote.missCountMax else { break }
            verdict.notes.append(RuleNote(rule, .misses(RuleMiss(condition, question))))
        case (.errs(let error), let effect):
            if effect == .forbid { verdict.isForbidden = true }
            verdict.notes.append(RuleNote(rule, .errs(error)))
        }
        return false
    }

    private func question(
        _ call: PolicyCall,
        _ workflow: WorkflowName,
        _ tags: JSONValue
    ) -> AttributeQuestion {
        let offer = call.offer
        return AttributeQuestion(
            subject: AttributeQuestion.Party(
                type: Self.subjectType,
                id: workflow.text,
                stored: subject,
                told: [:]
            ),
            action: offer.operation.text,
            actionProperties: actionProperties,
            resource: AttributeQuestion.Party(
                type: Self.resourceType,
                id: call.connection.text,
                stored: [
                    "slot": .string(offer.slot.text),
                    "integration": .string(offer.integration.text),
                    "category": .string(offer.category.text),
                    "environment": .string(offer.environment.text),
                    "ownershipMode": .string(call.mode.rawValue),
                    "tags": tags,
                ],
                told: [:]
            ),
            context: context
        )
    }
}
