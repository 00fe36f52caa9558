import JSON
import Ledger
import Model
import Policy
import Resolver

/// What a change that is not made yet does to the calls of live configs, gathered over them: each
/// (workflow, capability) whose winner, or whose permission, is another than before.
struct AccessChanges {
    /// The most live configs that are compared.
    static let lineCountMax = 1_000
    /// The most changes told.
    static let changeCountMax = 1_000

    /// What is left to spend on finding, compiling and comparing.
    let budget: WorkBudget
    /// Whether there is more than was told, or looked at.
    private(set) var isCut = false
    private var changes: [JSONValue] = []
    private var lineCount = 0

    /// None yet, and at most so many steps to find them.
    init(stepCountMax: Int) { budget = WorkBudget(stepCountMax) }

    /// Says that not everything was looked at.
    mutating func cut() { isCut = true }

    /// Whether one more config may be compared; if not, the changes are cut.
    mutating func mayTakeLine() -> Bool {
        lineCount += 1
        if lineCount > Self.lineCountMax || budget.isUsedUp { isCut = true }
        return !isCut
    }

    /// Compares what is live of a config in two states.
    ///
    /// - Parameters:
    ///   - target: The config.
    ///   - environment: Its environment.
    ///   - states: Before the change, as it is in the store, and after it.
    ///   - rules: The rules in force in them.
    ///   - context: The request.
    mutating func compare(
        _ target: ConfigScope,
        _ environment: Environment,
        _ states: (before: State, after: State),
        _ rules: RulesCompared,
        _ context: CommandContext
    ) {
        let diff = rules.diff(
            before: context.services.tables.table(target, states.before, environment)?.table,
            after: table(target, environment, states.after),
            of: target,
            budget
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
    private func table(
        _ target: ConfigScope,
        _ environment: Environment,
        _ state: State
    ) -> BindingTable? {
        let tenant = target.scope.read(state)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        var stepCount = 0
        let live = target.read(state).live(in: environment.tier)
        let table = world.table(live, stepCount: &stepCount)
        // Twice: the table before may have had to be compiled too.
        budget.spend(2 * stepCount)
        return table
    }

    /// A config; nil for one that the caller may not read, of which nothing is told.
    static func target(
        _ tenant: TenantID,
        _ line: ConfigLineID,
        _ caller: Caller
    ) -> ConfigScope? {
        do throws(CommandError) {
            return try caller.authorize(.configsRead, tenant: tenant, environment: line.environment)
                .map { ConfigScope(scope: $0, line: line) }
        } catch {
            return nil
        }
    }

    /// Writes them into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) {
        object["access"] = .array(changes)
        if isCut { object["accessIsCut"] = true }
    }
}
