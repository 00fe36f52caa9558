import JSON
import Ledger
public import Model
import Resolver

/// Lists who can reach a connection in the tenant's live configs: an entry for each binding that
/// passes for some workflow.
///
/// It is read from the compiled tables of the tenant's own configs in the connection's environment:
/// a config of another environment reaches it by no binding.
public struct GetConnectionReach: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The connection.
    public let id: ConnectionID
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, id: ConnectionID, page: PageRequest) {
        self.scope = scope
        self.id = id
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let tenant = scope.read(state)
        guard let connection = tenant.connections[id]?.value else {
            throw .notFound("such connection")
        }
        try context.caller.check(connection.environment)
        let environments = context.services.environments
        let environment = environments.first { $0.name == connection.environment }
        let lines = tenant.lines.keys.filter { $0.environment == connection.environment }.sorted()
        // Lazily: the configs behind the page's end are not looked at.
        let entries = lines.lazy.flatMap { line -> [ConnectionReach] in
            guard let environment else { return [] }
            let target = ConfigScope(scope: scope, line: line)
            let live = context.services.tables.table(target, state, environment)
            return live?.table.reach(of: id) ?? []
        }
        return Page.of(entries, page, key: Self.key, json: \.json).answer(revision: state.revision)
    }

    /// Sorts as the list does: by blueprint, then in the order written.
    private static func key(_ entry: ConnectionReach) -> String {
        let index = "\(entry.bindingIndex)"
        // An index behind its length sorts as a number; a space as the end of a name.
        return "\(entry.line.blueprint.text) \(index.utf8.count)\(index)"
    }
}
