import JSON
import Ledger
public import Model

/// Lists the configs that use a version of a blueprint: what its deprecation is about.
///
/// A config uses it with what is published, in preview or a draft; what is superseded or archived
/// keeps the version from being removed, and concerns nobody.
public struct ListBlueprintUses: Sendable {
    /// The most drafts and previews of a config that are told.
    static let openVersionCountMax = 100

    /// The blueprint.
    public let id: BlueprintID
    /// The right to one tenant's configs; nil for all.
    public let scope: TenantScope?
    /// The environment that is wanted; nil for all.
    public let environment: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(id: BlueprintID, scope: TenantScope?, environment: String?, page: PageRequest) {
        self.id = id
        self.scope = scope
        self.environment = environment
        self.page = page
    }

    private struct Use {
        let key: String
        let tenant: TenantID
        let line: ConfigLineID
        let versions: [Stored<ConfigVersion>]
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` for one that is asked for by name.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard state.catalog.blueprints[id] != nil else { throw .notFound("such blueprint") }
        if let name = environment.flatMap(EnvironmentName.init) { try context.caller.check(name) }
        let isUsed = state.catalog.configCounts[id] != nil
        let uses = isUsed ? uses(state, context.caller) : []
        let page = Page.of(uses, page, key: \.key, json: Self.json)
        return page.answer(revision: state.revision)
    }

    private func uses(_ state: State, _ caller: Caller) -> [Use] {
        var uses: [Use] = []
        for tenant in scope.map({ [$0.tenant] }) ?? state.tenants.keys {
            for (line, versions) in state.tenant(tenant).lines
            where line.blueprint == id.name && isWanted(line.environment, caller) {
                let own = versions.versions.values.filter {
                    $0.value.config.blueprint == id && $0.value.status.isInUse
                }
                guard !own.isEmpty else { continue }
                let key = "\(tenant.text) \(line.environment.text)"
                uses.append(Use(key: key, tenant: tenant, line: line, versions: own))
            }
        }
        return uses.sorted { $0.key < $1.key }
    }

    private func isWanted(_ name: EnvironmentName, _ caller: Caller) -> Bool {
        (environment ?? name.text) == name.text && caller.credential.mayAct(in: name)
    }

    private static func json(_ use: Use) -> JSONValue {
        func numbers(_ status: ConfigVersion.Status) -> [Int64] {
            use.versions.filter { $0.value.status == status }.map { Int64($0.value.number) }
                .sorted()
        }
        func last(_ status: ConfigVersion.Status) -> JSONValue {
            numbers(status).last.map { .integer($0) } ?? .null
        }
        let open = (numbers(.draft) + numbers(.preview)).sorted().prefix(openVersionCountMax)
        return [
            "tenantId": .string(use.tenant.text),
            "environment": .string(use.line.environment.text),
            "publishedVersion": last(.published), "previewVersion": last(.preview),
            "openVersions": .array(open.map { .integer($0) }),
        ]
    }
}

extension ConfigVersion.Status {
    /// Whether a version is live, or may go live.
    fileprivate var isInUse: Bool {
        switch self {
        case .draft, .preview, .published: true
        case .superseded, .archived: false
        }
    }
}
