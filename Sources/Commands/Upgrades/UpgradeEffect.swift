import JSON
import Ledger
import Model
import Resolver

/// What the new version of a blueprint does to one config: judged on one state, by the rules that a
/// publish passes.
struct UpgradeEffect {
    /// How a config is taken over.
    struct Wish: Sendable {
        /// Whether bindings that serve nothing any more are left out.
        let dropsOrphans: Bool
        /// Whether what is made goes live; else it stays a draft.
        let publishes: Bool
    }

    /// The config as it would be.
    let config: TenantAppConfig
    /// What bindings lose by it.
    let losses: [BindingLoss]
    /// What is wrong with it.
    let report: ValidationReport
    /// What is live now, and what would be.
    let tables: (before: BindingTable?, after: BindingTable?)
    /// What stops it; nil when it can be done.
    let obstacle: CommandError?

    /// What becomes of the calls.
    var access: AccessDiff {
        let budget = WorkBudget()
        return RulesCompared(target.scope, unchanged: state, budget)
            .diff(before: tables.before, after: tables.after, of: target, budget)
    }

    private let target: ConfigScope
    private let state: State

    /// The bindings that serve nothing any more.
    var orphans: [BindingLoss] { losses.filter { $0.reason != nil } }
    /// The bindings that serve less than before.
    var narrowed: [BindingLoss] { losses.filter { $0.reason == nil } }

    /// Judges a line whose published version is of the old blueprint.
    ///
    /// - Throws: `UNKNOWN_ENVIRONMENT`, and what a draft of the config would be refused for.
    init(
        _ upgrade: Upgrade,
        on target: ConfigScope,
        _ standing: UpgradeStanding,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext,
        knowing checks: PublishChecks = .none
    ) throws(CommandError) {
        guard let base = standing.base else { preconditionFailure("only what is open is judged") }
        (self.target, self.state) = (target, state)
        let environment = try target.environment(context.services.environments)
        let world = ConfigWorld(
            state: state,
            tenant: target.scope.read(state),
            environment: environment
        )
        let whole = try Self.migrated(base.value.config, to: upgrade.to, [], target, state)
        let before = world.table(base)
        let wholeTable = Self.table(whole, base, world)
        let losses = before.map { before in wholeTable.map { before.losses(to: $0) } ?? [] } ?? []
        let orphans = losses.filter { $0.reason != nil }
        if wish.dropsOrphans, !orphans.isEmpty {
            let places = Set(orphans.map(\.index))
            config = try Self.migrated(base.value.config, to: upgrade.to, places, target, state)
            tables = (before, Self.table(config, base, world))
        } else {
            config = whole
            tables = (before, wholeTable)
        }
        self.losses = losses
        let gate = try ConfigGate(target, state, context.services, now: context.now)
        let version = ConfigVersion(number: base.value.number, config: config)
        report = try gate.report(version, knowing: checks)
        let live = target.read(state).live(in: environment.tier)
        let preview = live?.value.number == base.value.number ? nil : live?.value.number
        let stopped = Self.obstacle(wish, orphans, standing, preview: preview, report, gate)
        // Last: what is wrong with a config is told before who has to approve it.
        obstacle =
            wish.publishes
            ? stopped ?? ApprovalGate.obstacle(to: config, on: target, state) : stopped
    }

    /// The config on the new version, without the bindings at some places.
    private static func migrated(
        _ config: TenantAppConfig,
        to blueprint: Blueprint,
        _ dropped: Set<Int>,
        _ target: ConfigScope,
        _ state: State
    ) throws(CommandError) -> TenantAppConfig {
        var object = config.document.object
        var meta = object["meta"]?.object ?? [:]
        meta["blueprintVersion"] = blueprint.id.version.json
        object["meta"] = .object(meta)
        if !dropped.isEmpty {
            let bindings = object["integrations"]?.array ?? []
            object["integrations"] = .array(
                bindings.enumerated().filter { !dropped.contains($0.offset) }.map(\.element)
            )
        }
        return try ConfigDraft.read(.object(object), target, state, version: nil)
    }

    private static func table(
        _ config: TenantAppConfig,
        _ base: Stored<ConfigVersion>,
        _ world: ConfigWorld
    ) -> BindingTable? {
        world.inputs(config, number: base.value.number).map { BindingTable(compiling: $0) }
    }

    private static func obstacle(
        _ wish: Wish,
        _ orphans: [BindingLoss],
        _ standing: UpgradeStanding,
        preview: Int?,
        _ report: ValidationReport,
        _ gate: ConfigGate
    ) -> CommandError? {
        if !orphans.isEmpty, !wish.dropsOrphans { return orphaned(orphans) }
        guard wish.publishes else { return nil }
        if case .drafted(_, let draft) = standing {
            return CommandError(
                .conflict,
                "DRAFT_IN_PROGRESS",
                "Version \(draft) is of this upgrade already: publish it, or remove it."
            )
        }
        if let preview {
            return CommandError(
                .conflict,
                "NEWER_PREVIEW",
                "Version \(preview) is live as a preview and would be hidden: publish it, or archive it."
            )
        }
        return report.isValid ? nil : gate.refusal(report)
    }

    /// The most issues of one refusal.
    static let issueCountMax = 100

    private static func orphaned(_ orphans: [BindingLoss]) -> CommandError {
        let issues = orphans.prefix(issueCountMax)
            .map { orphan in
                Issue(
                    .orphanedBinding,
                    at: JSONPointer.root.appending("integrations").appending(orphan.index),
                    "the binding of \(orphan.binding.connection.text) to "
                        + "\(orphan.binding.slot.text) serves nothing in the new version",
                    suggestion: "say dropOrphans to leave it out"
                )
            }
        let count = orphans.count
        return CommandError(
            .invalid,
            "ORPHANED_BINDING",
            "\(count) \(count == 1 ? "binding serves" : "bindings serve") nothing in the new version.",
            issues: issues
        )
    }
}

extension UpgradeStanding {
    /// The published version that is to be taken over; nil when there is none.
    var base: Stored<ConfigVersion>? {
        switch self {
        case .open(let base), .drafted(let base, _): base
        case .done, .moved, .unpublished: nil
        }
    }
}
