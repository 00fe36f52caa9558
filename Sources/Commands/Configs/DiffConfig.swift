import JSON
import Ledger
import Model
import Resolver

/// Answers what differs between two versions of a config, what becomes of each binding,
/// and whose winner or permission changes.
public struct DiffConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The older version.
    public let from: Int
    /// The newer one.
    public let to: Int

    /// A request.
    public init(target: ConfigScope, from: Int, to: Int) {
        self.target = target
        self.from = from
        self.to = to
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let old = try target.version(from, state)
        let new = try target.version(to, state)
        let environment = try target.environment(context.services.environments)
        let world = ConfigWorld(
            state: state,
            tenant: target.scope.read(state),
            environment: environment
        )
        let before = old.value.config.document.object
        let after = new.value.config.document.object
        var object: JSONObject = [
            "patch": JSONDiff.patch(from: .object(before), to: .object(after))
        ]
        BindingDiff(from: before, to: after).write(into: &object)
        let budget = WorkBudget()
        RulesCompared(target.scope, unchanged: state, budget)
            .diff(before: world.table(old), after: world.table(new), of: target, budget)
            .write(into: &object)
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }
}
