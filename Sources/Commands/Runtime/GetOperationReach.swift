import JSON
import Ledger
public import Model
import Resolver

/// Lists who may use an operation in the tenant's live configs: an entry for each binding that
/// serves it for some workflow.
public struct GetOperationReach: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The operation.
    public let operation: OperationID
    /// Which configs.
    public let filter: ReachFilter
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(
        scope: TenantScope,
        operation: OperationID,
        filter: ReachFilter,
        page: PageRequest
    ) {
        self.scope = scope
        self.operation = operation
        self.filter = filter
        self.page = page
    }

    /// Carries it out; an operation that no live config has is used by nobody.
    ///
    /// - Throws: `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let (state, services) = (context.state, context.services)
        let index = services.reachIndexes.index(of: scope, state, services)
        let lines = try filter.lines(index.byOperation[operation] ?? [], context.caller)
        let entries = lines.lazy.flatMap { line -> [OperationReach] in
            let table = services.table(ConfigScope(scope: scope, line: line), state)
            return table?.reach(of: operation) ?? []
        }
        return
            Page.of(
                entries,
                page,
                key: { reachPageKey($0.binding.line, $0.binding.bindingIndex) },
                json: \.json
            )
            .answer(revision: state.revision)
    }
}
