import JSON
import Ledger
import Model
import Resolver

/// Answers the validation report of a version; nothing is changed.
public struct ValidateConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int

    /// A request.
    public init(target: ConfigScope, number: Int) {
        self.target = target
        self.number = number
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let version = try target.version(number, state)
        let gate = try ConfigGate(target, state, context.services, now: context.now)
        let report = try gate.report(version.value)
        return CommandAnswer(body: .json(report.json), revision: state.revision)
    }
}
