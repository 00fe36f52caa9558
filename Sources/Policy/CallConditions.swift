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

    /// The rules about one operation, of which those that do not look at the resource are judged
    /// already.
    ///
    /// `stepCount` grows by what it cost. The workflow is the one that calls.
    public func narrowed(
        to operation: OperationID,
        _ workflow: WorkflowName,
        stepCount: inout Int
    ) -> OperationConditions {
        let caller = AttributeQuestion.Party(
            type: Self.subjectType,
            id: workflow.text,
            stored: subject,
            told: [:]
        )
        var conditions = OperationConditions(
            caller: caller,
            operation: operation,
            actionProperties: actionProperties,
            context: context
        )
        var judge = ConditionJudge(conditions.question(id: "", stored: [:]))
        for (level, rules) in levels.enumerated() {
            for rule in rules {
                stepCount += Self.ruleStepCount * (1 + rule.clause.actions.count)
                guard rule.concerns(judge.question) else { continue }
                if rule.looksAtResource {
                    conditions.rules[level].append(rule)
                } else {
                    conditions.base.note(rule, level, &judge)
                }
            }
        }
        stepCount += judge.stepCount
        return conditions
    }

    /// What it costs to see whether a rule is about an operation, in steps.
    static let ruleStepCount = 16
}

/// The rules about the calls of one operation in one workflow.
public struct OperationConditions: Sendable {
    /// The most steps of judging all candidates of one decision; what costs more is denied as a
    /// whole, whatever the order in which they come.
    public static let stepCountMax = 2 * ConditionJudge.stepCountMax

    let caller: AttributeQuestion.Party
    let operation: OperationID
    let actionProperties: JSONObject
    let context: JSONObject
    /// The rules that look at the resource, of each level.
    var rules: [[AttributeRule]] = [[], []]
    /// What the others say.
    var base = ConditionVerdict()

    init(
        caller: AttributeQuestion.Party,
        operation: OperationID,
        actionProperties: JSONObject,
        context: JSONObject
    ) {
        self.caller = caller
        self.operation = operation
        self.actionProperties = actionProperties
        self.context = context
    }

    /// Judges a call with one connection.
    ///
    /// - Parameters:
    ///   - call: The call, of the operation.
    ///   - tags: The tags of the connection, a list of texts.
    ///   - stepCount: Grows by what it cost; each call has a budget of its own, so that what one cost changes nothing for
    ///     another.
    /// - Returns: What the rules say.
    public func judge(
        _ call: PolicyCall,
        tags: @autoclosure () -> JSONValue,
        stepCount: inout Int
    ) -> PolicyVerdict {
        guard rules.contains(where: { !$0.isEmpty }) else { return base.verdict }
        let offer = call.offer
        var judge = ConditionJudge(
            question(
                id: call.connection.text,
                stored: [
                    "slot": .string(offer.slot.text),
                    "integration": .string(offer.integration.text),
                    "category": .string(offer.category.text),
                    "environment": .string(offer.environment.text),
                    "ownershipMode": .string(call.mode.rawValue), "tags": tags(),
                ]
            )
        )
        var verdict = base
        for (level, rules) in rules.enumerated() {
            for rule in rules {
                stepCount += CallConditions.ruleStepCount
                verdict.note(rule, level, &judge)
            }
        }
        stepCount += judge.stepCount
        return verdict.verdict
    }

    func question(id: String, stored: JSONObject) -> AttributeQuestion {
        AttributeQuestion(
            subject: caller,
            action: operation.text,
            actionProperties: actionProperties,
            resource: AttributeQuestion.Party(
                type: CallConditions.resourceType,
                id: id,
                stored: stored,
                told: [:]
            ),
            context: context
        )
    }
}

/// What the conditions on a call say so far.
struct ConditionVerdict: Sendable {
    /// The most rules that are told of one call.
    static let noteCountMax = 20

    private var notes: [RuleNote] = []
    private var isForbidden = false
    /// Of each level whether a permit applies; nil while none is about the call.
    private var gates: [Bool?] = [nil, nil]

    /// The verdict that follows.
    var verdict: PolicyVerdict {
        var verdict = PolicyVerdict.silent
        verdict.notes = notes
        verdict.isForbidden = isForbidden
        verdict.isGateFailed = gates.contains(false)
        return verdict
    }

    /// Notes a rule's part.
    mutating func note(_ rule: AttributeRule, _ level: Int, _ judge: inout ConditionJudge) {
        let outcome = rule.outcome(&judge)
        switch (outcome, rule.effect) {
        case (.applies, .forbid):
            isForbidden = true
            tell(RuleNote(rule, .forbids))
        case (.applies, .permit):
            gates[level] = true
            tell(RuleNote(rule, .admits))
        case (.fails, .forbid): break
        case (.fails(let condition), .permit):
            gates[level] = gates[level] ?? false
            guard notes.count < Self.noteCountMax else { break }
            tell(RuleNote(rule, .misses(RuleMiss(condition, judge.question))))
        case (.errs(let error), .forbid):
            isForbidden = true
            tell(RuleNote(rule, .errs(error)))
        case (.errs(let error), .permit):
            gates[level] = gates[level] ?? false
            tell(RuleNote(rule, .errs(error)))
        }
    }

    private mutating func tell(_ note: RuleNote) {
        if notes.count < Self.noteCountMax { notes.append(note) }
    }
}
