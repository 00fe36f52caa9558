import JSON
import Ledger
import Model
import Policy
import Resolver

/// What a change of a rule does to the calls of live configs: each (workflow, capability) whose
/// winner, or whose permission, is another than before.
///
/// A rule with attributes decides by the circumstances of a call, which nobody knows beforehand: it
/// changes nothing here.
struct PolicyEffect {
    /// The most live configs that are compared: a platform's rule is about those of all tenants.
    static let lineCountMax = 1_000
    /// The most changes told.
    static let changeCountMax = 1_000

    private var changes: [JSONValue] = []
    private var isCut = false

    /// The effect of going from one state to the other.
    init(
        of rules: [PolicyRule],
        _ owner: OwnerScope,
        before: State,
        after: State,
        _ context: CommandContext
    ) {
        let rules = rules.filter { $0.isEnabled && $0.clause == nil }
        guard !rules.isEmpty else { return }
        let budget = WorkBudget()
        let patterns = rules.flatMap(\.match.workflows)
        var lineCount = 0
        for tenant in owner.tenant.map({ [$0] }) ?? before.tenants.keys.sorted() {
            for line in before.tenant(tenant).lines.keys.sorted()
            where rules.contains(where: { $0.mayConcern(line.environment) }) {
                guard let target = Self.target(tenant, line, context),
                    let environment = context.services.environments
                        .first(where: { $0.name == line.environment }),
                    target.read(before).live(in: environment.tier) != nil
                else { continue }
                lineCount += 1
                guard lineCount <= Self.lineCountMax, !isCut else {
                    isCut = true
                    return
                }
                compare(target, environment, before, after, budget, patterns)
            }
        }
    }

    private static func target(
        _ tenant: TenantID,
        _ line: ConfigLineID,
        _ context: CommandContext
    ) -> ConfigScope? {
        do {
            return try context.caller
                .authorize(.configsRead, tenant: tenant, environment: line.environment)
                .map { ConfigScope(scope: $0, line: line) }
        } catch {
            // Of a config that the caller may not read nothing is told.
            return nil
        }
    }

    private mutating func compare(
        _ target: ConfigScope,
        _ environment: Environment,
        _ before: State,
        _ after: State,
        _ budget: WorkBudget,
        _ patterns: [Pattern]
    ) {
        func table(_ state: State) -> BindingTable? {
            ConfigWorld(state: state, tenant: target.scope.read(state), environment: environment)
                .table(target.read(state).live(in: environment.tier))
        }
        let diff = AccessDiff(
            before: table(before),
            after: table(after),
            budget,
            of: .decisions,
            naming: patterns
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

    /// Writes the effect into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) {
        object["access"] = .array(changes)
        if isCut { object["accessIsCut"] = true }
    }
}

extension PolicyRule {
    /// Whether it can be about calls in the environment.
    fileprivate func mayConcern(_ environment: EnvironmentName) -> Bool {
        match.environments.isEmpty || match.environments.contains(environment)
    }
}

extension Ledger.Plan<Written> {
    /// The plan of a change of a rule, whose answer tells its effect.
    func telling(
        _ owner: OwnerScope,
        _ id: PolicyID,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) -> Ledger.Plan<Written> {
        let after = state.applying(changes, stamp)
        let rules = [state, after].compactMap { owner.policies($0)[id]?.value }
        var written = answer
        let (shown, isRemoval) = (written.late.object, written.kind == .nothing)
        // Behind the write, so that other writers do not wait for it.
        written.makeBody = {
            var object = shown?.value ?? [:]
            PolicyEffect(of: rules, owner, before: state, after: after, context)
                .write(into: &object)
            return .object(object)
        }
        if isRemoval, context.isDryRun { written.kind = .done }
        if isRemoval, !context.isDryRun { written.makeBody = nil }
        return Ledger.Plan(changes, answer: written)
    }
}
