import JSON
import Ledger
import Model
import Policy
import Resolver

/// The rules in force for a tenant before and after a change, as far as they can be judged before
/// there is a call: what every access diff is made under, as `explain` answers.
struct RulesCompared {
    let before: RulesBeforehand
    let after: RulesBeforehand

    /// The rules of two states.
    init(
        _ scope: TenantScope,
        _ states: (before: State, after: State),
        _ budget: WorkBudget
    ) {
        before = RulesBeforehand(scope, states.before, budget)
        after = RulesBeforehand(scope, states.after, budget)
    }

    /// The rules of a state, before and after something that is no rule.
    init(_ scope: TenantScope, unchanged state: State, _ budget: WorkBudget) {
        before = RulesBeforehand(scope, state, budget)
        after = before
    }

    /// What becomes of the calls of a config, or from one config to another one.
    func diff(
        before table: BindingTable?,
        after other: BindingTable?,
        of target: ConfigScope,
        to otherTarget: ConfigScope? = nil,
        _ budget: WorkBudget,
        as subject: AccessDiff.Subject = .decisions
    ) -> AccessDiff {
        AccessDiff(
            before: table,
            after: other,
            budget,
            of: subject,
            naming: Array(before.workflows.union(after.workflows)),
            under: (
                Self.conditions(before, target), Self.conditions(after, otherTarget ?? target)
            )
        )
    }

    private static func conditions(
        _ rules: RulesBeforehand,
        _ target: ConfigScope
    ) -> CallConditions? {
        CallConditions(rules.policies, target.callSubject, context: [:])
    }
}
