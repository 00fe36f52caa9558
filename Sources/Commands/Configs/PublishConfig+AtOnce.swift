import Ledger
import Model
import Resolver

extension PublishConfig {
    /// The plan that makes a config the live version of its line in one step, through the gate that
    /// every version passes; nothing when what is live says the same.
    ///
    /// For what is asked in memory alone: it needs no approvals, and must not be kept.
    ///
    /// - Throws: `VALIDATION_FAILED` with the report; `TOO_MANY_VERSIONS`, `UNKNOWN_ENVIRONMENT`.
    static func planAtOnce(
        _ config: TenantAppConfig,
        on target: ConfigScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let environment = try target.environment(context.services.environments)
        let line = target.read(state)
        let live = line.live(in: environment.tier)
        if let live, live.value.config.document.object == config.document.object {
            return Ledger.Plan([], answer: Written(object: live.json, revision: live.revision))
        }
        let version = ConfigVersion(number: try ConfigDraft.nextNumber(line), config: config)
        let gate = try ConfigGate(target, state, context.services, now: context.now)
        let report = try gate.report(version)
        guard report.isValid else { throw gate.refusal(report) }
        return
            ConfigDraft.adding(
                version,
                through: [.publish],
                to: target,
                line,
                stamp,
                by: context.caller,
                reason: nil,
                permit: .nothingGoesLive
            )
            .plan
    }
}
