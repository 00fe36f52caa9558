import JSON
import Ledger
public import Model
import Resolver

/// Lists what a workflow may use in the tenant's live configs: the candidates of each capability
/// that scopes and rules permit.
public struct GetWorkflowReach: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The workflow.
    public let workflow: WorkflowName
    /// Which configs.
    public let filter: ReachFilter
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(
        scope: TenantScope,
        workflow: WorkflowName,
        filter: ReachFilter,
        page: PageRequest
    ) {
        self.scope = scope
        self.workflow = workflow
        self.filter = filter
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `WORKFLOW_NOT_IN_CREDENTIAL_SCOPE`, `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        try walk(context).answer(revision: context.state.revision)
    }

    /// Makes the page.
    func walk(_ context: CommandContext) throws(CommandError) -> ReachWalk {
        try WorkflowWish.checkReading(workflow, context.caller)
        let (state, services) = (context.state, context.services)
        let isOpen = services.openBreakers(of: scope.tenant)
        var walk = try ReachWalk(page)
        let admitting = services.reachIndex(scope, state)
            .lines(admitting: workflow, stepCount: &walk.stepCount)
        walk.visit(
            try filter.lines(admitting, context.caller),
            table: { services.table(ConfigScope(scope: scope, line: $0), state) },
            entries: { walk, table in addEntries(of: table, isOpen, &walk) }
        )
        return walk
    }

    private func addEntries(
        of table: BindingTable,
        _ isOpen: BreakerCheck,
        _ walk: inout ReachWalk
    ) {
        for (part, capability) in table.capabilities.enumerated()
        where !walk.isPassed(table, part: part, rank: .max) {
            guard walk.continues() else { return }
            let entries = table.reach(
                of: workflow,
                capability,
                isOpen: isOpen,
                stepCount: &walk.stepCount
            )
            for (place, reach) in entries {
                walk.note(table, part: part, rank: place, reach.json)
            }
            // The last of the capability's places: whoever goes on behind it decides it no more.
            walk.note(table, part: part, rank: .max, nil)
        }
    }
}
