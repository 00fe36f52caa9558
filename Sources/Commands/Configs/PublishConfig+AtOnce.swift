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
        try check(version, on: target, state, context)
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

    /// The changes that publish a version under its own number, so that a preview that is newer stays
    /// what is live; one that can't be published any more counts as a new version.
    ///
    /// As above, for what is asked in memory alone.
    static func planAtOnce(
        _ version: Stored<ConfigVersion>,
        on target: ConfigScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) throws(CommandError) -> [Change] {
        guard ConfigLifecycle.Step.publish.sources.contains(version.value.status) else {
            return try planAtOnce(version.value.config, on: target, state, stamp, context).changes
        }
        try check(version.value, on: target, state, context)
        return
            ConfigLifecycle.changes(
                version,
                .publish,
                on: target,
                target.read(state),
                stamp,
                actor: context.caller.credential.id.text,
                reason: nil,
                permit: .nothingGoesLive
            )
            .changes
    }

    private static func check(
        _ version: ConfigVersion,
        on target: ConfigScope,
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) {
        let gate = try ConfigGate(target, state, context.services, now: context.now)
        let report = try gate.report(version)
        guard report.isValid else { throw gate.refusal(report) }
    }
}
