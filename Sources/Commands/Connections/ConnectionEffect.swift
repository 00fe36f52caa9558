import JSON
import Ledger
import Model
import Policy
import Resolver

/// What a change of a connection does to the calls of its tenant's live configs: each (workflow,
/// capability) whose winner, or whose permission, is another than before.
struct ConnectionEffect {
    /// The most live configs that are compared.
    static let lineCountMax = 1_000
    /// The most changes told.
    static let changeCountMax = 1_000
    /// The most steps, compiling and comparing configs together: about a third of a second.
    static let stepCountMax = 100_000_000

    private var changes: [JSONValue] = []
    private var isCut = false
    private let budget = WorkBudget(Self.stepCountMax)

    /// The effect of going from one state to the other by a change of the connection.
    init(
        of id: ConnectionID,
        _ scope: TenantScope,
        before: State,
        after: State,
        _ context: CommandContext
    ) {
        guard let connection = scope.read(before).connections[id]?.value,
            let environment = context.services.environments
                .first(where: { $0.name == connection.environment })
        else { return }
        var lineCount = 0
        for (line, stored) in scope.read(before).lines.sorted(by: { $0.key < $1.key })
        where line.environment == environment.name {
            guard let live = stored.live(in: environment.tier),
                live.value.config.bindings.contains(where: { $0.connection == id }),
                let target = Self.target(scope.tenant, line, context)
            else { continue }
            lineCount += 1
            guard lineCount <= Self.lineCountMax, !budget.isUsedUp else {
                isCut = true
                return
            }
            compare(target, environment, before, after)
        }
    }

    /// Of a config that the caller may not read nothing is told.
    private static func target(
        _ tenant: TenantID,
        _ line: ConfigLineID,
        _ context: CommandContext
    ) -> ConfigScope? {
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
        _ before: State,
        _ after: State
    ) {
        func table(_ state: State) -> BindingTable? {
            let tenant = target.scope.read(state)
            let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
            var stepCount = 0
            let live = target.read(state).live(in: environment.tier)
            let table = world.table(live, stepCount: &stepCount)
            budget.spend(stepCount)
            return table
        }
        let diff = AccessDiff(before: table(before), after: table(after), budget, of: .decisions)
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
