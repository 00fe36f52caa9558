public import JSON
import Ledger
public import Model
import Platform
import Policy

/// Takes configs over to another version of their blueprint, line by line, as a plan says.
///
/// Each line is an entry of the log for itself: what is done stays done, whatever becomes of the rest
/// and of this process, and is not done again by another run of the same plan. A page is a bounded
/// part of the work; who wants all follows the cursor.
public struct RunUpgrade: Sendable {
    /// How long lines are begun in one page; one that runs then may take its own time, at most that of
    /// its health checks.
    static let timeMax = Duration.seconds(20)
    /// The most lines that are taken over at the same time.
    static let concurrencyMax = 8
    /// The most tenants that are picked out by name.
    static let tenantCountMax = 1_000
    /// The most environments that are picked out by name.
    static let environmentCountMax = 100

    /// The version that configs are of.
    public let from: BlueprintID
    /// The right to one tenant's configs; nil for all.
    public let scope: TenantScope?
    /// The body.
    public let body: JSONValue
    /// The part of the lines.
    public let page: PageRequest

    /// A request.
    public init(from: BlueprintID, scope: TenantScope?, body: JSONValue, page: PageRequest) {
        self.from = from
        self.scope = scope
        self.body = body
        self.page = page
    }

    /// What the body says.
    private struct Wish: Sendable {
        let question: UpgradeQuestion
        let filter: UpgradeFilter
        let effect: UpgradeEffect.Wish
        let reason: String?
    }

    /// Carries it out: a page of outcomes, in order.
    ///
    /// - Throws: Everything wrong with the body; `NOT_FOUND`, `BLUEPRINT_NOT_FOUND`, `PLAN_STALE`;
    ///   what stops the first line of the page and would stop every other one.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read(context)
        try context.precondition.check(nil)
        try await context.refresh()
        let state = context.state
        let (upgrade, key) = try wish.question.upgrade(state)
        let all = wish.filter.places(upgrade, state, context.caller)
        var page = UpgradePage(all, upgrade, after: key, limit: page.limit)
        var items: [Item] = []
        var rest = page.places
        let start = MonotonicClock.now
        while true {
            let isEnough = MonotonicClock.now - start >= Self.timeMax
            let lot = rest.prefix(Self.concurrencyMax)
                .prefix { page.takes($0, isEnough: isEnough) }
            guard !lot.isEmpty else { break }
            rest = rest.dropFirst(lot.count)
            for (place, result) in zip(lot, await migrate(lot, upgrade, wish, context)) {
                switch result {
                case .success(let outcome): items.append((place, outcome))
                case .failure(let error):
                    // What was done before it is told. The next page begins with this line, and
                    // finds done what was done beside it.
                    guard let last = items.last?.place else { throw error }
                    page.end(behind: last)
                    return Self.answer(items, upgrade, context, page.nextCursor)
                }
            }
        }
        return Self.answer(items, upgrade, context, page.nextCursor)
    }

    private typealias Attempt = Result<UpgradeOutcome, CommandError>

    /// Takes lines over at the same time, so that they share syncs of the disk and wait for health
    /// checks together; the results are in the lines' order.
    private func migrate(
        _ lot: ArraySlice<UpgradePlace>,
        _ upgrade: Upgrade,
        _ wish: Wish,
        _ context: CommandContext
    ) async -> [Attempt] {
        await withTaskGroup(of: (Int, Attempt).self) { group in
            for (index, place) in lot.enumerated() {
                group.addTask { (index, await attempt(place, upgrade, wish, context)) }
            }
            var attempts: [(Int, Attempt)] = []
            for await attempt in group { attempts.append(attempt) }
            return attempts.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func attempt(
        _ place: UpgradePlace,
        _ upgrade: Upgrade,
        _ wish: Wish,
        _ context: CommandContext
    ) async -> Attempt {
        do throws(CommandError) {
            return .success(try await migrate(place, upgrade, wish, context))
        } catch {
            return .failure(error)
        }
    }

    private typealias Item = (place: UpgradePlace, outcome: UpgradeOutcome)

    private static func answer(
        _ items: [Item],
        _ upgrade: Upgrade,
        _ context: CommandContext,
        _ nextCursor: String?
    ) -> CommandAnswer {
        var counts: [UpgradeOutcome.Kind: Int64] = [:]
        for item in items { counts[item.outcome.kind, default: 0] += 1 }
        let revision = context.state.revision
        var object = upgrade.members
        object["dryRun"] = .bool(context.isDryRun)
        object["revision"] = .integer(Int64(revision))
        object["summary"] = .object(
            JSONObject(
                UpgradeOutcome.Kind.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) }
            )
        )
        object["items"] = .array(items.map { $0.outcome.json($0.place) })
        object["nextCursor"] = nextCursor.map { .string($0) } ?? .null
        return CommandAnswer(
            body: .json(.object(object)),
            revision: revision,
            nextCursor: nextCursor
        )
    }

    private func read(_ context: CommandContext) throws(CommandError) -> Wish {
        let issues = IssueList()
        let members: Set<String> = [
            "to", "plan", "tenants", "environments", "publish", "dropOrphans", "reason",
        ]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let to = reader.requiredVersion("to")
        if to == from.version { reader.error(.invalidValue, "to", "must be another version") }
        let plan = reader.string("plan").flatMap(UpgradePlanID.init)
        if plan == nil, reader.value("plan") != nil {
            reader.error(.invalidValue, "plan", "is none that a plan was given")
        }
        // A rehearsal is of what would be done now.
        if !context.isDryRun, reader.value("plan") == nil {
            issues.error(
                .missingField,
                at: reader.place("plan"),
                "is required",
                suggestion: "read the plan first, and give its name"
            )
        }
        let filter = filter(reader)
        let wish = Wish(
            question: UpgradeQuestion(from: from, to: to, plan: plan, page: page),
            filter: filter,
            effect: UpgradeEffect.Wish(
                dropsOrphans: reader.bool("dropOrphans") ?? false,
                publishes: reader.bool("publish") ?? false
            ),
            reason: ActionBody.reason(reader)
        )
        if issues.hasErrors { throw .invalid(issues.issues) }
        for environment in (filter.environments ?? []).sorted() {
            try context.caller.check(environment)
        }
        return wish
    }

    private func filter(_ reader: ObjectReader) -> UpgradeFilter {
        let tenants = reader.list("tenants", countMax: Self.tenantCountMax) {
            (value, place) -> TenantID? in
            let name = value.string.flatMap(TenantID.init)
            if name == nil { Self.refuse(reader, place) }
            return name
        }
        let environments = reader.list("environments", countMax: Self.environmentCountMax) {
            (value, place) -> EnvironmentName? in
            let name = value.string.flatMap(EnvironmentName.init)
            if name == nil { Self.refuse(reader, place) }
            return name
        }
        return UpgradeFilter(
            scope: scope,
            tenants: tenants.map { Set($0) },
            environments: environments.map { Set($0) }
        )
    }

    private static func refuse(_ reader: ObjectReader, _ place: JSONPointer) {
        reader.issues.error(.invalidIdentifier, at: place, "must be \(IdentifierRule.words)")
    }

    private func migrate(
        _ place: UpgradePlace,
        _ upgrade: Upgrade,
        _ wish: Wish,
        _ context: CommandContext
    ) async throws(CommandError) -> UpgradeOutcome {
        let scope = try context.caller.authorize(
            .configsWrite,
            tenant: place.tenant,
            environment: place.line.environment
        )
        guard let scope else { preconditionFailure("a tenant's right is a scope") }
        var context = context
        // Its answer belongs to the whole page and can't be kept with one line's changes.
        context.ticket = nil
        return try await MigrateConfig(
            upgrade: upgrade,
            target: ConfigScope(scope: scope, line: place.line),
            wish: wish.effect,
            reason: wish.reason
        )
        .run(place.standing, context)
    }
}
