import JSON
import Model
import Policy
import Resolver

extension ObjectSet {
    /// What only a server knows, so that a set of files says nothing of it.
    private static let codesOfServers: Set<Issue.Code> = [
        .connectionStatusUnknown, .healthCheckStale, .healthCheckFailed,
    ]

    /// What the server's own report says of a config, as far as the set tells.
    func issues(of config: TenantAppConfig) -> [Issue] {
        guard let blueprint = blueprints[config.blueprint]?.noun else {
            return [missing(config.blueprint)]
        }
        var issues: [Issue] = []
        var environment = Environment(name: config.environment, tier: .nonproduction)
        if let known = Environment.builtIn.first(where: { $0.name == config.environment }) {
            environment = known
        } else {
            issues.append(unknown(config.environment))
        }
        let report = ConfigValidator.report(
            inputs(config, blueprint, environment),
            surroundings(config)
        )
        issues += report.errors + report.warnings
        return issues.filter { !Self.codesOfServers.contains($0.code) }
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
        let production = Environment.builtIn.filter { $0.tier == .production }.map(\.name)
        let foreign = configs.map(\.noun).filter { !$0.isOfSameApp(as: config) }
        let domains = foreign.compactMap { $0.branding?["customDomain"]?.string?.lowercased() }
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
        let known = Environment.builtIn.map(\.name.text)
        return Issue(
            .unknownEnvironment,
            .warning,
            at: .root.appending("meta").appending("environment"),
            "\(environment) is none of the environments that every server has",
            suggestion: Spelling.nearest(to: environment.text, in: known)
                .map { "did you mean \($0)?" }
                ?? "declare it in the server's settings, as a nonproduction one"
        )
    }
}

extension TenantAppConfig {
    /// Whether both are of one tenant and one blueprint, in whatever version and environment.
    fileprivate func isOfSameApp(as other: TenantAppConfig) -> Bool {
        tenant == other.tenant && blueprint.name == other.blueprint.name
    }
}
