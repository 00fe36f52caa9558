public import JSON
import Ledger
import Model
import Resolver

/// Makes a version the live one of its line; the one before is superseded.
///
/// Health checks that are missing or stale are run first, and secrets are read; then all gates are
/// judged on the very state that the step changes.
public struct PublishConfig: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The version.
    public let number: Int
    /// The body: `changeSummary` and `breakGlass`, which may be left out.
    public let body: JSONValue?

    /// A request.
    public init(target: ConfigScope, number: Int, body: JSONValue?) {
        self.target = target
        self.number = number
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `INVALID_TRANSITION`, `PREVIEW_REQUIRED`; `VALIDATION_FAILED` with the
    ///   report; `HEALTH_CHECKS_UNFINISHED`, `APPROVAL_REQUIRED`; `FORBIDDEN` for a break-glass that the caller has no right to.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let (reason, breakGlass) = try read(context)
        try await context.refresh()
        let version = try target.version(number, context.state)
        var step = ConfigStep(target: target, number: number, step: .publish, reason: reason)
        if try ConfigLifecycle.check(version.value, .publish) {
            step.checks = try await PublishChecks.run(version.value.config, target.scope, context)
        }
        step.breakGlass = breakGlass
        let planned = step
        return try await context.write(target.subject("config.publish", number, reason: reason)) {
            (state, stamp) throws(CommandError) in
            try planned.plan(state, stamp, context)
        }
    }

    private func read(
        _ context: CommandContext
    ) throws(CommandError) -> (reason: String?, breakGlass: BreakGlass?) {
        let issues = IssueList()
        let reader = ObjectReader(
            body ?? .object([:]),
            at: .root,
            issues: issues,
            members: ["changeSummary", "reason", "breakGlass"]
        )
        let summary = reader.string("changeSummary", byteCountMax: ActionBody.byteCountMax)
        let reason = reader.string("reason", byteCountMax: ActionBody.byteCountMax)
        let breakGlass = BreakGlass(reader)
        SecretScan.scan(.object(reader.object), at: .root, issues: issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        try breakGlass?.authorize(target, context.caller)
        return (summary ?? reason, breakGlass)
    }
}
