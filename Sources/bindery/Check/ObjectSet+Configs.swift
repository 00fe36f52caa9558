import JSON
import Model
import Policy
import Resolver

extension ObjectSet {
    /// What only a server knows, so that a set of files says nothing of it.
    private static let codesOfServers: Set<Issue.Code> = [
        .healthCheckStale, .healthCheckFailed,
    ]

    /// What is found of a config.
    struct Findings {
        var issues: [Issue] = []
        /// Those beyond the ones that a report lists.
        var unlistedErrors = 0
        var unlistedWarnings = 0
    }

    /// What the server's own report says of a config, as far as the set tells.
    func findings(of config: TenantAppConfig) -> Findings {
        guard let blueprint = blueprints[config.blueprint]?.noun else {
            return Findings(issues: [missing(config.blueprint)])
        }
        var found = Findings()
        var environment = Environment(name: config.environment, tier: .nonproduction)
        if let known = environments.first(where: { $0.name == config.environment }) {
            environment = known
        } else {
            found.issues.append(unknown(config.environment))
        }
        let report = ConfigValidator.report(
            inputs(config, blueprint, environment),
            surroundings(config)
        )
        found.issues += (report.errors + report.warnings + report.info)
            .filter { !Self.codesOfServers.contains($0.code) && !isOfServers($0) }
        // Of what only servers know, each connection's health, hundreds are no finding either.
        found.unlistedErrors = report.unlisted.errorCount
        found.unlistedWarnings = report.unlisted.warningCount - staleCount(report)
        return found
    }

    /// Whether a remark counts what only servers know.
    private func isOfServers(_ issue: Issue) -> Bool {
        issue.code == .limitExceeded
            && Self.codesOfServers.contains { issue.detail.contains(" \($0.rawValue) ") }
    }

    /// How many warnings of stale health are not listed: no check of files has looked at any.
    private func staleCount(_ report: ValidationReport) -> Int {
        let remark = report.info.first { isOfServers($0) }
        return remark.flatMap { Int($0.detail.prefix { $0.isNumber }) } ?? 0
    }

    private func inputs(
        _ config: TenantAppConfig,
        _ blueprint: Blueprint,
        _ environment: Environment
    ) -> ResolverInputs {
        ResolverInputs(
            config: config,
            versionNumber: 1,
            blueprint: blueprint,
            environment: environment,
            policies: PolicySet(
                platform: platformRules,
                tenant: tenantRules[config.tenant] ?? []
            ),
            connection: { id in
                connections[ConnectionKey(tenant: config.tenant, id: id)]
                    .map { ObservedConnection(connection: $0.noun, health: .unknown) }
            },
            spec: { id in specs[id]?.noun }
        )
    }

    private func surroundings(_ config: TenantAppConfig) -> ValidationSurroundings {
        let own = configs.map(\.noun).filter { $0.isOfSameApp(as: config) }
        let production = environments.filter { $0.tier == .production }.map(\.name)
        let foreign = configs.map(\.noun).filter { !$0.isOfSameApp(as: config) }
        let domains = foreign.compactMap { $0.domain(over: blueprints[$0.blueprint]?.noun) }
        return ValidationSurroundings(
            now: .earliest,
            healthFreshSeconds: 0,
            isDomainTaken: { domains.contains($0) },
            testedConfigs: own.filter { !production.contains($0.environment) },
            connectionIDs: connections.keys.filter { $0.tenant == config.tenant }.map(\.id)
        )
    }

    private func missing(_ blueprint: BlueprintID) -> Issue {
        let versions = blueprints.keys.filter { $0.name == blueprint.name }.map(\.version)
        return Issue(
            .blueprintNotFound,
            at: .root.appending("meta"),
            "the set has no version \(blueprint.version.text) of the blueprint \(blueprint.name)",
            suggestion: versions.max().map { "the highest in the set is \($0.text)" }
        )
    }

    private func unknown(_ environment: EnvironmentName) -> Issue {
        let known = environments.map(\.name.text)
        return Issue(
            .unknownEnvironment,
            .warning,
            at: .root.appending("meta").appending("environment"),
            "\(environment) is none of the environments that are known here: it is judged as a"
                + " nonproduction one",
            suggestion: Spelling.nearest(to: environment.text, in: known)
                .map { "did you mean \($0)?" }
                ?? "say its tier with --environments \(environment):production or :nonproduction, or"
                + " give the server's settings with --config"
        )
    }
}

extension TenantAppConfig {
    /// Whether both are of one tenant and one blueprint, in whatever version and environment.
    fileprivate func isOfSameApp(as other: TenantAppConfig) -> Bool {
        tenant == other.tenant && blueprint.name == other.blueprint.name
    }
}
