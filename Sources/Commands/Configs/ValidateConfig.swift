public import JSON
import Ledger
import Model
import Resolver

/// Answers the validation report of a version; nothing is changed.
public struct ValidateConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The body: `reason`, which may be left out, and is kept nowhere, since nothing is changed.
    public let body: JSONValue?

    /// A request.
    public init(target: ConfigScope, number: Int, body: JSONValue? = nil) {
        self.target = target
        self.number = number
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; what is wrong with the body.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        _ = try ActionBody.text("reason", in: body)
        let state = context.state
        let version = try target.version(number, state)
        let gate = try ConfigGate(target, state, context.services, now: context.now)
        let report = try gate.report(version.value)
        return CommandAnswer(body: .json(report.json), revision: state.revision)
    }
}
