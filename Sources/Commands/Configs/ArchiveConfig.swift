public import JSON
import Ledger
import Model

/// Puts a version away; when it was live, nothing is live until another one is published.
public struct ArchiveConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The body: `changeSummary` or `reason`, which may be left out.
    public let body: JSONValue?

    /// A request.
    public init(target: ConfigScope, number: Int, body: JSONValue?) {
        self.target = target
        self.number = number
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let reason = try ActionBody.text("changeSummary", in: body)
        let step = ConfigStep(target: target, number: number, step: .archive, reason: reason)
        return try await context.write(target.subject("config.archive", number, reason: reason)) {
            (state, stamp) throws(CommandError) in
            try step.plan(state, stamp, context)
        }
    }
}
