import JSON
public import Model

/// The attribute rules in force for one tenant: the platform's and its own.
///
/// Deny by default: a question needs a permit that applies, of either level, and no forbid. A
/// permit that errs does not count; a forbid that errs denies.
public struct AttributePolicies: Sendable {
    let platform: AttributeRules
    let tenant: AttributeRules

    /// The rules of both levels.
    public init(platform: AttributeRules, tenant: AttributeRules) {
        self.platform = platform
        self.tenant = tenant
    }

    /// The names of actions that rules say without a pattern, sorted, each once.
    public var actionNames: [String] { platform.actionNames.union(tenant.actionNames).sorted() }

    /// Decides a question.
    ///
    /// The decision is the same whether it is explained or not: both come from the same rules, and
    /// what is not explained only stops at the first rule that settles it.
    public func decide(_ question: AttributeQuestion, explains: Bool) -> AttributeDecision {
        var judge = ConditionJudge(question)
        var decision = AttributeDecision()
        // Forbids first: the first that applies decides, when nobody asks why.
        for list in [platform.forbids, tenant.forbids, platform.permits, tenant.permits] {
            list.forEach(about: question) { rule in
                decision.note(rule, rule.outcome(&judge), question, explains: explains)
                return explains || !decision.isSettled(by: rule)
            }
            if !explains, decision.isSettled { break }
        }
        decision.stepCount = judge.stepCount
        return decision
    }
}

/// The attribute rules of one level, compiled; a reference, since all tenants share the platform's.
public final class AttributeRules: Sendable {
    let forbids: AttributeRuleList
    let permits: AttributeRuleList
    /// Those about calls of workflows, which `CallConditions` judges.
    let overCalls: [AttributeRule]
    /// The names of actions that rules say without a pattern.
    let actionNames: Set<String>

    /// Whose rules these are.
    public enum Level: Sendable {
        /// The platform's, for every tenant.
        case platform
        /// A tenant's own.
        case tenant
    }

    /// Compiles the enabled rules with attributes; others are left out.
    public init(_ rules: [PolicyRule], _ level: Level) {
        let level: PolicyLevel = level == .platform ? .platform : .tenant
        let rules = rules.compactMap { AttributeRule($0, level) }
        forbids = AttributeRuleList(rules.filter { $0.effect == .forbid })
        permits = AttributeRuleList(rules.filter { $0.effect == .permit })
        overCalls = rules.filter(\.clause.isOverCalls)
        actionNames = Set(rules.flatMap { $0.clause.actions.filter(\.isExact).map(\.text) })
    }
}

/// Rules of one effect, found by the type of resource that they name.
struct AttributeRuleList: Sendable {
    private let rules: [AttributeRule]
    /// The rules for one type of resource that they name, in the order of `rules`.
    private let byType: [String: [Int]]
    /// The rules with a pattern, or for all types.
    private let starred: [Int]

    init(_ rules: [AttributeRule]) {
        var byType: [String: [Int]] = [:]
        var starred: [Int] = []
        for (index, rule) in rules.enumerated() {
            let types = rule.clause.resourceTypes
            guard !types.isEmpty, types.allSatisfy(\.isExact) else {
                starred.append(index)
                continue
            }
            for type in Set(types.map(\.text)) { byType[type, default: []].append(index) }
        }
        self.rules = rules
        self.byType = byType
        self.starred = starred
    }

    /// Calls `body` with the rules that are about the question, in order, until it answers false.
    func forEach(about question: AttributeQuestion, _ body: (AttributeRule) -> Bool) {
        for index in candidates(question.resource.type) where rules[index].concerns(question) {
            guard body(rules[index]) else { return }
        }
    }

    private func candidates(_ type: String) -> [Int] {
        guard let named = byType[type] else { return starred }
        return starred.isEmpty ? named : (named + starred).sorted()
    }
}

/// One enabled attribute rule; a reference, since every decision that it has a part in keeps it.
final class AttributeRule: Sendable {
    /// What a rule says of a question that it is about.
    enum Outcome {
        case applies
        /// It does not, because of this condition.
        case fails(Condition)
        case errs(AttributeError)
    }

    let id: PolicyID
    let level: PolicyLevel
    let effect: PolicyRule.Effect
    let clause: AttributeClause
    /// Whether its conditions look at the resource: else they say the same of every one.
    let looksAtResource: Bool

    /// The rule; nil for one that is disabled, or is about calls of workflows.
    init?(_ rule: PolicyRule, _ level: PolicyLevel) {
        guard rule.isEnabled, let clause = rule.clause else { return nil }
        self.id = rule.id
        self.level = level
        self.effect = rule.effect
        self.clause = clause
        self.looksAtResource = [clause.when, clause.unless]
            .contains { $0?.looksAt(.resource) == true }
    }

    func concerns(_ question: AttributeQuestion) -> Bool {
        Self.admits(clause.resourceTypes, question.resource.type)
            && Self.admits(clause.actions, question.action)
            && Self.admits(clause.subjectTypes, question.subject.type)
    }

    func outcome(_ judge: inout ConditionJudge) -> Outcome {
        if let when = clause.when {
            switch judge.judge(when) {
            case .holds: break
            case .fails(let part): return .fails(part)
            case .errs(let error): return .errs(error)
            }
        }
        guard let unless = clause.unless else { return .applies }
        switch judge.judge(unless) {
        case .holds: return .fails(unless)
        case .fails: return .applies
        case .errs(let error): return .errs(error)
        }
    }

    private static func admits(_ patterns: [Pattern], _ name: String) -> Bool {
        patterns.isEmpty || patterns.contains { $0.matches(name) }
    }

    /// The entry of each list that matched; an empty list, which matches all, tells nothing.
    func matched(_ subjectType: String, _ action: String, _ resourceType: String) -> JSONObject {
        var object: JSONObject = [:]
        let lists = [
            ("subjectTypes", clause.subjectTypes, subjectType), ("actions", clause.actions, action),
            ("resourceTypes", clause.resourceTypes, resourceType),
        ]
        for (list, patterns, name) in lists {
            object[list] = patterns.first { $0.matches(name) }.map { .string($0.text) }
        }
        return object
    }
}

extension AttributeRule: Hashable {
    /// Whether both are the same rule, compiled once.
    static func == (left: AttributeRule, right: AttributeRule) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
