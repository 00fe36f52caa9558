import JSON
import Ledger
import Model

/// Answers a version of a config.
public struct GetConfigVersion: Sendable {
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
        return CommandAnswer(
            body: .json(.object(version.json)),
            revision: state.revision,
            entityRevision: version.revision
        )
    }
}
