import JSON
import Ledger
public import Model
import Policy
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
        try walk(context).answer(revision: context.state.revision)
    }

    /// Makes the page.
    func walk(_ context: CommandContext) throws(CommandError) -> ReachWalk {
        let (state, services) = (context.state, context.services)
        let specs = services.reachIndexes.specs(bringing: operation, state.catalog)
        let bound = services.reachIndex(scope, state).lines(bindingAnyOf: specs)
        let lines = try filter.lines(bound, context.caller)
        let audience = context.caller.audience(of: scope.tenant)
        var walk = try ReachWalk(page)
        walk.visit(
            lines,
            table: { services.table(ConfigScope(scope: scope, line: $0), state) },
            entries: { walk, table in addEntries(of: table, audience, &walk) }
        )
        return walk
    }

    private func addEntries(
        of table: BindingTable,
        _ audience: RuleNote.Audience,
        _ walk: inout ReachWalk
    ) {
        var known: [WorkflowName]?
        for index in table.bindings(serving: operation)
        where !walk.isPassed(table, part: index) {
            guard walk.continues() else { return }
            if known == nil, table.admitsUnlisted(index) {
                known = table.workflowNames
                walk.stepCount += SearchSubjects.entryStepCount * table.workflowEntryCount
            }
            let reach = table.reach(
                through: index,
                serving: operation,
                known: known ?? [],
                stepCount: &walk.stepCount
            )
            walk.note(table, part: index, reach?.json(for: audience))
        }
    }
}
