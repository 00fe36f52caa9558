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
        try walk(context).answer(revision: context.state.revision)
    }

    /// Makes the page.
    func walk(_ context: CommandContext) throws(CommandError) -> ReachWalk {
        let (state, services) = (context.state, context.services)
        guard let connection = scope.read(state).connections[id]?.value else {
            throw .notFound("such connection")
        }
        try context.caller.check(connection.environment)
        // Those of another environment may name it, and reach it by no binding.
        let lines = services.reachIndex(scope, state).lines(binding: id)
            .filter { $0.environment == connection.environment }
        let audience = context.caller.audience(of: scope.tenant)
        var walk = try ReachWalk(page)
        walk.visit(
            lines,
            table: { services.table(ConfigScope(scope: scope, line: $0), state) },
            entries: { walk, table in
                for index in table.bindings(to: id) where !walk.isPassed(table, part: index) {
                    guard walk.continues() else { return }
                    let reach = table.reach(through: index, stepCount: &walk.stepCount)
                    walk.note(table, part: index, reach?.json(for: audience))
                }
            }
        )
        return walk
    }
}
