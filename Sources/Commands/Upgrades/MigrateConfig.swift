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
            let kind: UpgradeOutcome.Kind = wish.publishes ? .migrated : .drafted
            return UpgradeOutcome(kind, version: Int(number), gates: body["gates"])
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
        if let obstacle = effect.obstacle, !effect.report.hasOnlyHealthErrors {
            throw try told(obstacle, effect, context)
        }
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
        let version = ConfigVersion(
            number: line.lastNumber + 1,
            config: effect.config,
            origin: .migration(from: base.value.number, of: upgrade.from.id.version)
        )
        let judge = try StepJudge(target, state, stamp, context, knowing: checks)
        let gates =
            wish.publishes ? try judge.gates(version, question, known: effect.report) : nil
        if let obstacle = effect.obstacle { throw gates?.told(obstacle) ?? obstacle }
        _ = try ConfigDraft.nextNumber(line)
        let steps: [ConfigLifecycle.Step] = wish.publishes ? [.preview, .publish] : []
        let permit = try gates?.permit(judge.gate.refusal) ?? .nothingGoesLive
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
        var made: JSONObject = ["version": .integer(Int64(version.number))]
        made["gates"] = gates.map { .array($0.verdicts.map(\.json)) }
        let told = JSONValue.object(made)
        written.beside = permit.records
        written.makeBody = { told }
        return Ledger.Plan(added.plan.changes, answer: written)
    }

    /// What stops the line, with what each gate says, so far as anybody has looked.
    private func told(
        _ obstacle: CommandError,
        _ effect: UpgradeEffect,
        _ context: CommandContext
    ) throws(CommandError) -> CommandError {
        try context.services.ledger.rehearse(now: context.now) {
            (state, stamp) throws(CommandError) in
            let judge = try StepJudge(target, state, stamp, context, knowing: .none)
            var question = question
            question.isLookedAt = false
            let version = ConfigVersion(
                number: target.read(state).lastNumber + 1,
                config: effect.config
            )
            let gates = try judge.gates(version, question, known: effect.report)
            return Ledger.Plan([], answer: gates.told(obstacle))
        }
    }

    /// It goes live through the preview.
    private var question: StepJudge.Question {
        StepJudge.Question(step: .publish, passesPreview: true)
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
