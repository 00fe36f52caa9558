import JSON
import Ledger
import Model
import Policy
import Resolver

/// What a change of a rule does to the calls of live configs: each (workflow, capability) whose
/// winner, or whose permission, is another than before.
///
/// A rule whose conditions look at the circumstances of a call changes what nobody knows beforehand:
/// that is said, and such rules are left out on both sides of the comparison.
struct PolicyEffect {
    /// The most steps, finding, compiling and comparing configs together: about a second.
    static let stepCountMax = 300_000_000

    private var access = AccessChanges(stepCountMax: Self.stepCountMax)
    private let change: RuleChange
    private let states: (before: State, after: State)
    private let context: CommandContext
    private var budget: WorkBudget { access.budget }

    /// The effect of going from one state to the other by the change of a rule; nil where there is
    /// none.
    init(
        from old: PolicyRule?,
        to new: PolicyRule?,
        _ owner: OwnerScope,
        before: State,
        after: State,
        _ context: CommandContext
    ) {
        change = RuleChange(from: old, to: new)
        states = (before, after)
        self.context = context
        guard !change.rules.isEmpty else { return }
        for tenant in owner.tenant.map({ [$0] }) ?? before.tenants.keys.sorted() {
            compare(before.tenant(tenant))
            budget.spend(Self.lineStepCount)
            guard !access.isCut else { return }
        }
    }

    /// What looking at a tenant or a line is taken to cost, in steps.
    private static let lineStepCount = 100

    /// Compares the live configs of a tenant that the change can concern.
    private mutating func compare(_ tenant: TenantState) {
        var rules: RulesCompared?
        for (id, line) in tenant.lines.sorted(by: { $0.key < $1.key })
        where change.mayConcern(id.environment) {
            budget.spend(Self.lineStepCount)
            let environment = context.services.environments.first { $0.name == id.environment }
            guard let environment, let live = line.live(in: environment.tier),
                change.mayConcern(live.value.config, of: tenant, states.before.catalog, budget),
                let target = AccessChanges.target(tenant.id, id, context.caller)
            else { continue }
            guard access.mayTakeLine() else { return }
            let known = rules ?? RulesCompared(target.scope, states, budget)
            rules = known
            access.compare(target, environment, states, known, context)
            guard !access.isCut else { return }
        }
        // What was not looked at any more is not unchanged.
        if budget.isUsedUp { access.cut() }
    }

    /// Writes the effect into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) {
        access.write(into: &object)
        if change.dependsOnCalls { object["accessDependsOnCalls"] = true }
    }
}
