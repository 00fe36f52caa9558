import JSON
import Ledger
public import Model
import Platform
import Policy
import Resolver

/// Answers what another version of a blueprint does to each config that is of this one: which slots
/// are unmet, which bindings orphaned, who is served by whom.
///
/// With the name of a plan it tells how far that plan is: what it looked at is judged anew, what has
/// moved since is told as such.
public struct PlanUpgrade: Sendable {
    /// How long a page is worked on; behind its first item it ends early, and the next one goes on.
    static let timeMax = Duration.seconds(2)
    /// The most entries in the lists of a page's items; the page ends behind them.
    static let entryCountMax = 10_000

    /// The version that configs are of.
    public let from: BlueprintID
    /// The right to one tenant's configs; nil for all.
    public let scope: TenantScope?
    /// The query: `to`, `plan`, `environment`.
    public let query: Query
    /// Whether the verdict is for leaving out bindings that serve nothing any more.
    public let dropsOrphans: Bool
    /// The part of the list.
    public let page: PageRequest

    /// What the query says.
    public struct Query: Sendable {
        let to: String?
        let plan: String?
        let environment: String?

        /// The values as they came.
        public init(to: String?, plan: String?, environment: String?) {
            (self.to, self.plan, self.environment) = (to, plan, environment)
        }
    }

    /// A request.
    public init(
        from: BlueprintID,
        scope: TenantScope?,
        query: Query,
        dropsOrphans: Bool,
        page: PageRequest
    ) {
        self.from = from
        self.scope = scope
        self.query = query
        self.dropsOrphans = dropsOrphans
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`, `BLUEPRINT_NOT_FOUND`, `PLAN_STALE`, `INVALID_PARAMETER`;
    ///   `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` for an environment that is asked for by name.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        // A plan that another process made may be ahead of what this one has read.
        if query.plan != nil || page.after != nil { try await context.refresh() }
        let state = context.state
        let (upgrade, key) = try question().upgrade(state)
        let all = try filter(context.caller).places(upgrade, state, context.caller)
        var page = UpgradePage(all, upgrade, after: key, limit: page.limit)
        var items: [JSONValue] = []
        var entryCount = 0
        let start = MonotonicClock.now
        for place in page.places {
            let isEnough =
                entryCount >= Self.entryCountMax || MonotonicClock.now - start >= Self.timeMax
            guard page.takes(place, isEnough: isEnough) else { break }
            let item = try item(place, upgrade, state, context)
            items.append(.object(item.object))
            entryCount += item.entryCount
            await Task.yield()
        }
        var object = upgrade.members
        object["revision"] = .integer(Int64(state.revision))
        object["progress"] = Self.progress(all)
        object["items"] = .array(items)
        object["nextCursor"] = page.nextCursor.map { .string($0) } ?? .null
        return CommandAnswer(
            body: .json(.object(object)),
            revision: state.revision,
            nextCursor: page.nextCursor
        )
    }

    private func question() throws(CommandError) -> UpgradeQuestion {
        guard let to = query.to.flatMap(ObjectVersion.init(pathSegment:)), to != from.version else {
            throw .parameter("to", "must name another version: \(ObjectVersion.words)")
        }
        let plan = try query.plan.map { (text) throws(CommandError) in
            guard let plan = UpgradePlanID(text) else {
                throw .parameter("plan", "is none that a plan was given")
            }
            return plan
        }
        return UpgradeQuestion(from: from, to: to, plan: plan, page: page)
    }

    private func filter(_ caller: Caller) throws(CommandError) -> UpgradeFilter {
        guard let text = query.environment else { return UpgradeFilter(scope: scope) }
        guard let name = EnvironmentName(text) else {
            throw .parameter("environment", "must be \(IdentifierRule.words)")
        }
        try caller.check(name)
        return UpgradeFilter(scope: scope, environments: [name])
    }

    /// How many lines stand where.
    private static func progress(_ places: [UpgradePlace]) -> JSONValue {
        var counts: [UpgradeStanding.Count: Int64] = [:]
        for place in places { counts[place.standing.count, default: 0] += 1 }
        return .object(
            JSONObject(
                UpgradeStanding.Count.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) }
            )
        )
    }

    private func item(
        _ place: UpgradePlace,
        _ upgrade: Upgrade,
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> (object: JSONObject, entryCount: Int) {
        let scope = try context.caller.authorize(
            .configsRead,
            tenant: place.tenant,
            environment: place.line.environment
        )
        guard let scope else { preconditionFailure("a tenant's right is a scope") }
        var item = UpgradeItem(place)
        if place.standing.base != nil {
            let target = ConfigScope(scope: scope, line: place.line)
            let wish = UpgradeEffect.Wish(dropsOrphans: dropsOrphans, publishes: true)
            do throws(CommandError) {
                let effect = try UpgradeEffect(
                    upgrade,
                    on: target,
                    place.standing,
                    wish,
                    state,
                    context
                )
                item.tell(effect, upgrade, target.scope.read(state), state.catalog)
            } catch {
                item.tell(blocked: error)
            }
        }
        return (item.object, item.entryCount)
    }
}
