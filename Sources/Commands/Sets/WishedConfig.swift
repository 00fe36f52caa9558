import JSON
import Ledger
import Model
import Resolver

/// A config of a set, and the status that it is to have (API section 10, "Apply and export").
///
/// It becomes a new version of its line and takes the steps to that status, through the gates of each.
/// What says the same as the version that already stands there changes nothing.
struct WishedConfig {
    /// The statuses that can be wished for.
    enum Status: String, CaseIterable { case draft, preview, published }

    let config: TenantAppConfig
    let status: Status
    let target: ConfigScope

    /// A wish; a config that says no status is a draft.
    ///
    /// - Throws: `INVALID_VALUE` for a status that can't be wished for.
    init(
        _ config: TenantAppConfig,
        said status: JSONValue?,
        on target: ConfigScope
    ) throws(CommandError) {
        guard let wished = Status(rawValue: status?.string ?? Status.draft.rawValue) else {
            throw .invalid(
                .invalidValue,
                at: JSONPointer.root.appending("meta").appending("status"),
                "can be draft, preview or published in a set"
            )
        }
        self.config = config
        self.status = wished
        self.target = target
    }

    /// The plan that brings it about.
    ///
    /// - Throws: `VALIDATION_FAILED` with the report; `TOO_MANY_VERSIONS`, `UNKNOWN_ENVIRONMENT`.
    func plan(
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        knowing checks: PublishChecks
    ) throws(CommandError) -> Ledger.Plan<Written> {
        let environment = try target.environment(context.services.environments)
        let line = target.read(state)
        if let standing = standing(line, environment.tier) {
            let written = Written(
                object: standing.json,
                revision: standing.revision,
                before: standing.json
            )
            return Ledger.Plan([], answer: written)
        }
        let version = ConfigVersion(number: try ConfigDraft.nextNumber(line), config: config)
        let gates = try gates(version, environment.tier, state, stamp, context, checks)
        let judge = try ConfigGate(target, state, context.services, now: context.now)
        let permit = try gates?.permit(judge.refusal) ?? .nothingGoesLive
        let plan =
            ConfigDraft.adding(
                version,
                through: steps,
                to: target,
                line,
                stamp,
                actor: context.caller.credential.id.text,
                reason: nil,
                permit: permit
            )
            .plan
        var written = plan.answer
        // A line that has drafts alone is there too: the newest one is what is replaced.
        written.before = (line.live(in: environment.tier) ?? line.openVersion)?.json
        written.kind = written.before == nil ? .created : .done
        return Ledger.Plan(plan.changes, answer: written)
    }

    /// Whether it is to be published, and is not.
    func goesLive(_ state: State, _ context: CommandContext) throws(CommandError) -> Bool {
        let environment = try target.environment(context.services.environments)
        return status == .published && standing(target.read(state), environment.tier) == nil
    }

    private var steps: [ConfigLifecycle.Step] {
        switch status {
        case .draft: []
        case .preview: [.preview]
        case .published: [.preview, .publish]
        }
    }

    /// The gates of the last step, judged once: what may be published may be previewed.
    ///
    /// Nil for a draft, which passes none.
    private func gates(
        _ version: ConfigVersion,
        _ tier: Environment.Tier,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        _ checks: PublishChecks
    ) throws(CommandError) -> StepGates? {
        guard let step = steps.last else { return nil }
        // A preview reads no secrets.
        let checks = step == .publish ? checks : .none
        let judge = try ConfigGate(target, state, context.services, now: context.now)
        // Whose a domain is in the end, the whole set tells.
        let report = try judge.report(version, judgingDomain: false, knowing: checks)
        return StepGates(
            step,
            version,
            tier,
            report,
            judge,
            checks,
            ApprovalGate(target, state, stamp, context).judge(version, step, tier),
            isDryRun: context.isDryRun,
            // It takes the step through the preview on its way.
            wasSeen: true
        )
    }

    /// The version that is there already and says the same: the live one; for a draft also the newest.
    private func standing(
        _ line: ConfigLine,
        _ tier: Environment.Tier
    ) -> Stored<ConfigVersion>? {
        let candidates: [Stored<ConfigVersion>?] =
            switch status {
            case .published: [line.published]
            case .preview: [line.live(in: tier), line.newerPreview]
            case .draft: [line.live(in: tier), line.openVersion]
            }
        return candidates.compactMap { $0 }
            .first { $0.value.config.document.object == config.document.object }
    }
}

extension ConfigLine {
    /// The newest version that may still go live: what a draft stands beside when nothing is live.
    var openVersion: Stored<ConfigVersion>? {
        versions.values.filter { $0.value.status == .draft || $0.value.status == .preview }
            .max { $0.value.number < $1.value.number }
    }
}
