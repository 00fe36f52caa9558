import JSON
import Ledger
import Model
import Resolver

/// Takes one line over to the new version of its blueprint: one entry of the log, through the gates
/// that every publish passes.
struct MigrateConfig: Sendable {
    let upgrade: Upgrade
    let target: ConfigScope
    let wish: UpgradeEffect.Wish
    let reason: String?

    /// What a write finds when the line has moved on; it becomes an outcome.
    private static let baseMoved = CommandError(
        .preconditionFailed,
        "REVISION_MISMATCH",
        "The line has moved on."
    )

    /// Carries it out; what can't be done is an outcome and no error.
    ///
    /// - Throws: What would stop every other line as well: a store or a trail that can't be written,
    ///   a key that was revoked.
    func run(
        _ standing: UpgradeStanding,
        _ context: CommandContext
    ) async throws(CommandError) -> UpgradeOutcome {
        if let settled = settled(standing) { return settled }
        do {
            let checks = wish.publishes ? try await check(standing, context) : .none
            let answer = try await context.write(target.subject("config.migrate", nil)) {
                (state, stamp) throws(CommandError) in
                try plan(state, stamp, context, checks)
            }
            guard case .json(let body) = answer.body, let number = body["version"]?.integer else {
                preconditionFailure("a version that was made has a number")
            }
            return UpgradeOutcome(wish.publishes ? .migrated : .drafted, version: Int(number))
        } catch {
            if error == Self.baseMoved { return movedOn(context) }
            if error.stopsUpgrade { throw error }
            let refusals: [CommandError.Kind] = [.invalid, .conflict, .notFound]
            return UpgradeOutcome(refusals.contains(error.kind) ? .blocked : .failed, error: error)
        }
    }

    /// The outcome where there is nothing to do.
    private func settled(_ standing: UpgradeStanding) -> UpgradeOutcome? {
        switch standing {
        case .open: nil
        case .drafted(_, let draft):
            wish.publishes ? nil : UpgradeOutcome(.done, version: draft)
        case .done(let version): UpgradeOutcome(.done, version: version)
        case .moved(let version): UpgradeOutcome(.conflict, version: version)
        case .unpublished: UpgradeOutcome(.nothingToDo)
        }
    }

    /// The outcome for a line that somebody else was faster with.
    private func movedOn(_ context: CommandContext) -> UpgradeOutcome {
        let standing = upgrade.standing(of: target.read(context.state))
        return standing.flatMap { settled($0) } ?? UpgradeOutcome(.conflict)
    }

    /// Looks at what a publish needs, unless it is hopeless anyway.
    private func check(
        _ standing: UpgradeStanding,
        _ context: CommandContext
    ) async throws(CommandError) -> PublishChecks {
        try await context.refresh()
        let state = context.state
        guard let now = upgrade.standing(of: target.read(state)), now.base != nil else {
            return .none
        }
        let effect = try UpgradeEffect(upgrade, on: target, now, wish, state, context)
        if let obstacle = effect.obstacle, !effect.report.hasOnlyHealthErrors { throw obstacle }
        // A rehearsal of thousands of lines is no reason to call all of their providers.
        return try await PublishChecks.run(
            effect.config,
            target.scope,
            context,
            rehearsesChecks: false
        )
    }

    private func plan(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let line = target.read(state)
        guard let standing = upgrade.standing(of: line), settled(standing) == nil,
            let base = standing.base
        else { throw Self.baseMoved }
        let effect = try UpgradeEffect(
            upgrade,
            on: target,
            standing,
            wish,
            state,
            context,
            knowing: checks
        )
        if let obstacle = effect.obstacle { throw obstacle }
        let version = ConfigVersion(
            number: try ConfigDraft.nextNumber(line),
            config: effect.config,
            origin: .migration(from: base.value.number, of: upgrade.from.id.version)
        )
        let steps: [ConfigLifecycle.Step] = wish.publishes ? [.preview, .publish] : []
        let permit = try permit(version, effect.report, state, stamp, context, checks)
        let added = ConfigDraft.adding(
            version,
            through: steps,
            to: target,
            line,
            stamp,
            by: context.caller,
            reason: reason ?? upgrade.words,
            permit: permit
        )
        var written = added.plan.answer
        written.before = base.json
        let number = Int64(version.number)
        written.beside = permit.records
        written.makeBody = { ["version": .integer(number)] }
        return Ledger.Plan(added.plan.changes, answer: written)
    }

    /// The right to publish the version; a draft needs none.
    private func permit(
        _ version: ConfigVersion,
        _ report: ValidationReport,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks
    ) throws(CommandError) -> ReleasePermit {
        guard wish.publishes else { return .nothingGoesLive }
        let judge = try StepJudge(target, state, stamp, context, knowing: checks)
        let question = StepJudge.Question(step: .publish, passesPreview: true)
        return try judge.gates(version, question, known: report).permit(judge.gate.refusal)
    }
}

extension Upgrade {
    /// What histories say of it when the caller says nothing.
    var words: String {
        "blueprint \(from.id.name.text) from version \(from.id.version.text) to \(to.id.version.text)"
    }
}

extension CommandError {
    /// Whether it would stop every other line as well.
    fileprivate var stopsUpgrade: Bool {
        switch kind {
        case .unavailable: code != "HEALTH_CHECKS_UNFINISHED"
        case .unauthenticated: true
        default: false
        }
    }
}
