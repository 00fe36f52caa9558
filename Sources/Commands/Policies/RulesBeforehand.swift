import Ledger
import Model
import Policy
import Resolver

/// The rules in force for a tenant as far as they can be judged before there is a call.
struct RulesBeforehand {
    /// The rules over attributes that look at no circumstances of a call.
    let policies: AttributePolicies
    /// The names and patterns of workflows that rules write, each once: workflows that another rule
    /// tells from the rest may be told from them by a change too.
    let workflows: Set<Pattern>

    /// The rules of a state; what finding them costs is counted.
    init(_ scope: TenantScope, _ state: State, _ budget: WorkBudget) {
        let levels = [state.catalog.policyRules, scope.read(state).policyRules]
            .map { $0.filter { $0.isEnabled && $0.isAboutCalls } }
        var workflows: Set<Pattern> = []
        for rule in levels.joined() where !budget.isUsedUp {
            let written = rule.workflows
            budget.spend(ConfigWorld.ruleStepCount + Self.patternStepCount * written.count)
            workflows.formUnion(written)
        }
        self.workflows = workflows
        let known = levels.map { $0.filter { $0.clause?.isKnownBeforehand == true } }
        policies = AttributePolicies(
            platform: AttributeRules(known[0], .platform),
            tenant: AttributeRules(known[1], .tenant)
        )
    }

    /// What keeping a pattern is taken to cost, in steps.
    private static let patternStepCount = 100
}
