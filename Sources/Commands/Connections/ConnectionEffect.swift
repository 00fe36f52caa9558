import JSON
import Ledger
import Model

/// What a change of a connection does to the calls of its tenant's live configs: each (workflow,
/// capability) whose winner, or whose permission, is another than before.
struct ConnectionEffect {
    /// The most steps, compiling and comparing configs together: about a third of a second.
    static let stepCountMax = 100_000_000

    private var access = AccessChanges(stepCountMax: Self.stepCountMax)

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
        let rules = RulesCompared(scope, unchanged: before, access.budget)
        for (line, stored) in scope.read(before).lines.sorted(by: { $0.key < $1.key })
        where line.environment == environment.name {
            guard let live = stored.live(in: environment.tier),
                live.value.config.bindings.contains(where: { $0.connection == id }),
                let target = AccessChanges.target(scope.tenant, line, context.caller)
            else { continue }
            guard access.mayTakeLine() else { return }
            access.compare(target, environment, (before, after), rules, context)
        }
    }

    /// Writes the effect into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) { access.write(into: &object) }
}
