import JSON
import Ledger
public import Model
import Policy

/// Lists the connections of a version of an integration spec, and the live configs that bind them:
/// what its deprecation is about.
public struct ListIntegrationSpecUses: Sendable {
    /// The most configs of a connection that are told.
    static let configCountMax = 100

    /// The spec.
    public let id: SpecID
    /// The right to one tenant's connections; nil for all.
    public let scope: TenantScope?
    /// The environment that is wanted; nil for all.
    public let environment: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(id: SpecID, scope: TenantScope?, environment: String?, page: PageRequest) {
        self.id = id
        self.scope = scope
        self.environment = environment
        self.page = page
    }

    private struct Use {
        let key: String
        let connection: Connection
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE` for one that is asked for by name.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        guard state.catalog.specs[id] != nil else { throw .notFound("such integration spec") }
        if let name = environment.flatMap(EnvironmentName.init) { try context.caller.check(name) }
        let isUsed = state.catalog.connectionCounts[id] != nil
        let uses = isUsed ? uses(state, context.caller) : []
        let page = Page.of(uses, page, key: \.key, json: { Self.json($0, state, context) })
        return page.answer(revision: state.revision)
    }

    private func uses(_ state: State, _ caller: Caller) -> [Use] {
        var uses: [Use] = []
        for tenant in scope.map({ [$0.tenant] }) ?? state.tenants.keys {
            for stored in state.tenant(tenant).connections.values
            where stored.value.spec == id && isWanted(stored.value.environment, caller) {
                let key = "\(tenant.text) \(stored.value.id.text)"
                uses.append(Use(key: key, connection: stored.value))
            }
        }
        return uses.sorted { $0.key < $1.key }
    }

    private func isWanted(_ name: EnvironmentName, _ caller: Caller) -> Bool {
        (environment ?? name.text) == name.text && caller.credential.mayAct(in: name)
    }

    private static func json(_ use: Use, _ state: State, _ context: CommandContext) -> JSONValue {
        let (connection, services) = (use.connection, context.services)
        let tenant = state.tenant(connection.tenant)
        let lines = services.reachIndexes.index(of: tenant, services.environments)
            .lines(binding: connection.id)
            // Those of another environment may name it, and reach it by no binding.
            .filter { $0.environment == connection.environment }
        let tier = services.environments.first { $0.name == connection.environment }?.tier
        let configs = lines.prefix(configCountMax)
            .map { line -> JSONValue in
                let live = tenant.lines[line]?.live(in: tier ?? .production)
                return [
                    "blueprint": .string(line.blueprint.text),
                    "environment": .string(line.environment.text),
                    "version": live.map { .integer(Int64($0.value.number)) } ?? .null,
                ]
            }
        return [
            "tenantId": .string(connection.tenant.text),
            "connectionId": .string(connection.id.text),
            "environment": .string(connection.environment.text),
            "status": .string(connection.status.rawValue), "configs": .array(configs),
        ]
    }
}
