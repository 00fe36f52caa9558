public import JSON
import Ledger
import Model
import Resolver

/// Freezes a draft; in a nonproduction environment it goes live until a newer version is published.
public struct PreviewConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The body: `changeSummary`, which may be left out.
    public let body: JSONValue?

    /// A request.
    public init(target: ConfigScope, number: Int, body: JSONValue?) {
        self.target = target
        self.number = number
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `INVALID_TRANSITION`; `VALIDATION_FAILED` with the report, unless its
    ///   errors are about health alone.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let reason = try ActionBody.text("changeSummary", in: body)
        let step = ConfigStep(target: target, number: number, step: .preview, reason: reason)
        return try await context.write(target.subject("config.preview", number, reason: reason)) {
            (state, stamp) throws(CommandError) in
            try step.plan(state, stamp, context)
        }
    }
}
