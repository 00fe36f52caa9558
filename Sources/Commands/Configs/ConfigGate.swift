import Execution
import JSON
import Ledger
import Model
import Resolver

/// Judges versions of a line on one state: the report, and what a step would mean for calls.
struct ConfigGate {
    private let target: ConfigScope
    private let state: State
    private let environment: Environment
    private let services: Services
    private let now: Timestamp

    /// - Throws: `UNKNOWN_ENVIRONMENT`.
    init(
        _ target: ConfigScope,
        _ state: State,
        _ services: Services,
        now: Timestamp
    ) throws(CommandError) {
        self.target = target
        self.state = state
        self.environment = try target.environment(services.environments)
        self.services = services
        self.now = now
    }

    /// The report of a version; whether its domain is another's is left out where that is judged
    /// later, and what is wrong with secrets where nobody read them.
    ///
    /// - Throws: `BLUEPRINT_NOT_FOUND` when its blueprint is gone.
    func report(
        _ version: ConfigVersion,
        judgingDomain: Bool = true,
        knowing checks: PublishChecks = .none
    ) throws(CommandError) -> ValidationReport {
        let tenant = target.scope.read(state)
        let world = ConfigWorld(state: state, tenant: tenant, environment: environment)
        guard let inputs = world.inputs(version.config, number: version.number) else {
            throw CommandError(
                .notFound,
                "BLUEPRINT_NOT_FOUND",
                "The blueprint of the version is not registered any more."
            )
        }
        let surroundings = ValidationSurroundings(
            now: now,
            healthFreshSeconds: services.healthFreshSeconds,
            isDomainTaken: { judgingDomain && isTaken($0) },
            testedConfigs: testedConfigs(tenant),
            connectionIDs: Array(tenant.connections.keys),
            secretDefects: checks.defects(of: version.config, tenant).mapValues(\.detail)
        )
        return ConfigValidator.report(inputs, surroundings)
    }

    /// How the health checks of a config's active connections stand that have one.
    struct HealthStanding: Sendable {
        /// The connections that were checked within the time that a check is good for.
        var freshCount = 0
        /// Those that were to be checked, and are not, each with its first binding.
        var unchecked: [(binding: Int, connection: ConnectionID)] = []
        /// Those that a rehearsal leaves to what is for real, likewise.
        var postponed: [(binding: Int, connection: ConnectionID)] = []
    }

    /// How the health checks stand, as this process knows them: what the ledger keeps may be older.
    ///
    /// Those where `isPostponed` says so are left to what is for real.
    func health(
        of config: TenantAppConfig,
        where isPostponed: (ConnectionID) -> Bool
    ) -> HealthStanding {
        let tenant = target.scope.read(state)
        var standing = HealthStanding()
        var seen: Set<ConnectionID> = []
        for (index, binding) in config.bindings.enumerated() {
            guard seen.insert(binding.connection).inserted,
                let connection = tenant.connections[binding.connection],
                HealthRefresh.hasCheck(connection.value, state)
            else { continue }
            if services.newestHealth(of: connection, in: tenant, at: now)
                .isFresh(at: now, services.healthFreshSeconds)
            {
                standing.freshCount += 1
            } else if isPostponed(binding.connection) {
                standing.postponed.append((index, binding.connection))
            } else {
                standing.unchecked.append((index, binding.connection))
            }
        }
        return standing
    }

    /// Whether the config has a domain, its own or its blueprint's, that is live in another (tenant,
    /// blueprint) pair.
    func isDomainTaken(of config: TenantAppConfig) -> Bool {
        domain(of: config).map { isTaken($0) } ?? false
    }

    private func domain(of config: TenantAppConfig) -> String? {
        config.domain(over: state.catalog.blueprints[config.blueprint]?.value)
    }

    /// Whether a domain is live in another (tenant, blueprint) pair.
    private func isTaken(_ domain: String) -> Bool {
        let holders = state.domains[domain] ?? []
        return holders.contains { holder in
            guard
                holder.tenant != target.scope.tenant
                    || holder.line.blueprint != target.line.blueprint
            else { return false }
            // A preview is live outside production alone.
            let environment = services.environments.first { $0.name == holder.line.environment }
            let line = state.tenant(holder.tenant).lines[holder.line]
            let live = [line?.live(in: environment?.tier ?? .production), line?.published]
            return live.contains { version in
                version.flatMap { self.domain(of: $0.value.config) } == domain
            }
        }
    }

    /// The versions of the blueprint's configs that were live in a nonproduction environment, newest
    /// first.
    private func testedConfigs(_ tenant: TenantState) -> [TenantAppConfig] {
        guard environment.tier == .production else { return [] }
        let names = services.environments.filter { $0.tier == .nonproduction }.map(\.name)
        return names.flatMap { name -> [TenantAppConfig] in
            let line = ConfigLineID(blueprint: target.line.blueprint, environment: name)
            let versions = tenant.lines[line]?.versions.values.map { $0 } ?? []
            return versions.sorted { $0.value.number > $1.value.number }
                .filter { $0.value.status != .draft && $0.value.status != .archived }
                .map(\.value.config)
        }
    }

    /// What a refused step answers.
    func refusal(_ report: ValidationReport) -> CommandError {
        var error = CommandError.invalid(report.errors)
        let count = report.errors.count
        error = CommandError(
            .invalid,
            "VALIDATION_FAILED",
            "The config has \(count) \(count == 1 ? "error" : "errors"); \(error.detail)",
            issues: report.errors,
            members: ["report": report.json]
        )
        return error
    }

    /// The access diff of changes of the line (API section 5): whose winner or permission is another
    /// one afterwards.
    func access(_ state: State, after changes: [Change], _ stamp: Ledger.Stamp) -> AccessDiff {
        let budget = WorkBudget()
        return RulesCompared(target.scope, unchanged: state, budget)
            .diff(
                before: live(state),
                after: live(state.applying(changes, stamp)),
                of: target,
                budget
            )
    }

    private func live(_ state: State) -> BindingTable? {
        let world = ConfigWorld(
            state: state,
            tenant: target.scope.read(state),
            environment: environment
        )
        return world.table(target.read(state).live(in: environment.tier))
    }

    /// Nothing is live on the line.
    static func notLive(_ target: ConfigScope) -> CommandError {
        CommandError(
            .notFound,
            "CONFIG_NOT_LIVE",
            "No config of \(target.line.blueprint.text) is live in \(target.line.environment.text)."
        )
    }
}

extension AccessDiff {
    /// Writes the diff into an answer, and says so when not all of it is there.
    func write(into object: inout JSONObject) {
        object["access"] = .array(changes.map(\.json))
        if isCut { object["accessIsCut"] = true }
    }
}

extension State {
    /// The state that the changes would make; nothing is kept of it.
    func applying(_ changes: [Change], _ stamp: Ledger.Stamp) -> State {
        var next = self
        next.rehearse(changes, stamp)
        return next
    }

    /// Goes on to the state that the changes would make; nothing is kept of it.
    ///
    /// In place: a state with one owner copies no table.
    mutating func rehearse(_ changes: [Change], _ stamp: Ledger.Stamp) {
        apply(
            LogEntry(
                revision: stamp.revision,
                at: stamp.now,
                actor: .system("rehearsal"),
                changes: changes
            )
        )
    }
}
