import Ledger
import Model
import Policy
import Resolver

/// What decisions need of a state that changes would make, compiled when it is first asked for.
///
/// Nothing of it is kept with what real states were compiled to: a later change may make a state of
/// the same generation that is another. For one task.
final class RehearsedTables {
    /// The most configs kept; beyond, all are compiled again.
    static let tableCountMax = 1_000

    /// What compiling cost so far, in steps of one byte compared.
    private(set) var stepCount = 0
    private var tables: [ConfigScope: BindingTable?] = [:]
    private var policies: [TenantScope: AttributePolicies] = [:]

    /// What is live on a line; nil when nothing is.
    func table(
        _ target: ConfigScope,
        _ state: State,
        _ environment: Environment
    ) -> BindingTable? {
        if let known = tables[target] { return known }
        let world = ConfigWorld(
            state: state,
            tenant: target.scope.read(state),
            environment: environment
        )
        let live = target.read(state).live(in: environment.tier)
        let table = world.table(live, stepCount: &stepCount)
        if tables.count >= Self.tableCountMax { tables = [:] }
        tables[target] = .some(table)
        return table
    }

    /// The rules over attributes that are in force for a tenant.
    func policies(of scope: TenantScope, _ state: State) -> AttributePolicies {
        if let known = policies[scope] { return known }
        let made = AttributePolicies(scope, state)
        let ruleCount = state.catalog.policies.count + scope.read(state).policies.count
        stepCount += ConfigWorld.ruleStepCount * ruleCount
        if policies.count >= Self.tableCountMax { policies = [:] }
        policies[scope] = made
        return made
    }
}

extension AttributePolicies {
    /// The rules that are in force for a tenant in a state, compiled and not kept.
    init(_ scope: TenantScope, _ state: State) {
        self.init(
            platform: AttributeRules(state.catalog.policyRules, .platform),
            tenant: AttributeRules(scope.read(state).policyRules, .tenant)
        )
    }
}
