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
        let services = context.services
        let index = services.reachIndexes.index(of: scope, state, services)
        // Those of another environment may name it, and reach it by no binding.
        let lines = (index.byConnection[id] ?? [])
            .filter { $0.environment == connection.environment }
        // Lazily: the configs behind the page's end are not looked at.
        let entries = lines.lazy.flatMap { line -> [ConnectionReach] in
            services.table(ConfigScope(scope: scope, line: line), state)?.reach(of: id) ?? []
        }
        return
            Page.of(
                entries,
                page,
                key: { reachPageKey($0.line, $0.bindingIndex) },
                json: \.json
            )
            .answer(revision: state.revision)
    }
}
