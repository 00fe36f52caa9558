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
    /// The most live configs that are compared: a platform's rule is about those of all tenants.
    static let lineCountMax = 1_000
    /// The most changes told.
    static let changeCountMax = 1_000
    /// The most steps, finding, compiling and comparing configs together: about a second.
    static let stepCountMax = 300_000_000

    private var changes: [JSONValue] = []
    private var isCut = false
    private var lineCount = 0
    private let change: RuleChange
    private let states: (before: State, after: State)
    private let context: CommandContext
    private let budget = WorkBudget(Self.stepCountMax)

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
            guard !isCut else { return }
        }
    }

    /// What looking at a tenant or a line is taken to cost, in steps.
    private static let lineStepCount = 100

    /// Compares the live configs of a tenant that the change can concern.
    private mutating func compare(_ tenant: TenantState) {
        var rules: (before: RulesBeforehand, after: RulesBeforehand)?
        for (id, line) in tenant.lines.sorted(by: { $0.key < $1.key })
        where change.mayConcern(id.environment) {
            budget.spend(Self.lineStepCount)
            let environment = context.services.environments.first { $0.name == id.environment }
            guard let environment, let live = line.live(in: environment.tier),
                change.mayConcern(live.value.config, of: tenant, states.before.catalog, budget),
                let target = target(tenant.id, id)
            else { continue }
            lineCount += 1
            guard lineCount <= Self.lineCountMax, !budget.isUsedUp else {
                isCut = true
                return
            }
            let scope = target.scope
            let known =
                rules
                ?? (
                    RulesBeforehand(scope, states.before, budget),
                    RulesBeforehand(scope, states.after, budget)
                )
            rules = known
            compare(target, environment, known)
            guard !isCut else { return }
        }
        // What was not looked at any more is not unchanged.
        if budget.isUsedUp { isCut = true }
    }

    /// Of a config that the caller may not read nothing is told.
    private func target(_ tenant: TenantID, _ line: ConfigLineID) -> ConfigScope? {
        do throws(CommandError) {
            return try context.caller
                .authorize(.configsRead, tenant: tenant, environment: line.environment)
                .map { ConfigScope(scope: $0, line: line) }
        } catch {
            return nil
        }
    }

    private mutating func compare(
        _ target: ConfigScope,
        _ environment: Environment,
        _ rules: (before: RulesBeforehand, after: RulesBeforehand)
    ) {
        func conditions(_ rules: RulesBeforehand) -> CallConditions? {
            CallConditions(rules.policies, target.callSubject, context: [:])
        }
        let diff = AccessDiff(
            before: context.services.tables.table(target, states.before, environment)?.table,
            after: table(target, environment),
            budget,
            of: .decisions,
            naming: Array(rules.before.workflows.union(rules.after.workflows)),
            under: (conditions(rules.before), conditions(rules.after))
        )
        if diff.isCut { isCut = true }
        for change in diff.changes {
            guard changes.count < Self.changeCountMax else {
                isCut = true
                return
            }
            var object: JSONObject = [
                "tenantId": .string(target.scope.tenant.text),
                "blueprint": .string(target.line.blueprint.text),
                "environment": .string(target.line.environment.text),
            ]
            for member in change.decisionJSON { object[member.key] = member.value }
            changes.append(.object(object))
        }
    }

    /// What would be live after the change.
    private func table(_ target: ConfigScope, _ environment: Environment) -> BindingTable? {
        let world = ConfigWorld(
            state: states.after,
            tenant: target.scope.read(states.after),
            environment: environment
        )
        var stepCount = 0
        let live = target.read(states.after).live(in: environment.tier)
        let table = world.table(live, stepCount: &stepCount)
        // Twice: the table before may have had to be compiled too.
        budget.spend(2 * stepCount)
        return table
    }

    /// Writes the effect into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) {
        object["access"] = .array(changes)
        if isCut { object["accessIsCut"] = true }
        if change.dependsOnCalls { object["accessDependsOnCalls"] = true }
    }
}
