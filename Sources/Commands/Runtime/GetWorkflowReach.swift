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
        try WorkflowWish.checkReading(workflow, context.caller)
        let (state, services) = (context.state, context.services)
        let index = services.reachIndexes.index(of: scope, state, services)
        let isOpen = services.openBreakers(of: scope.tenant)
        let lines = try filter.lines(index.lines, context.caller)
        // Lazily: the configs behind the page's end are not looked at.
        let entries = lines.lazy.flatMap { line -> [(key: String, entry: WorkflowReach)] in
            let table = services.table(ConfigScope(scope: scope, line: line), state)
            return (table?.reach(of: workflow, isOpen: isOpen) ?? []).enumerated()
                .map { (reachPageKey(line, $0.offset), $0.element) }
        }
        return Page.of(entries, page, key: \.key, json: \.entry.json)
            .answer(revision: state.revision)
    }
}
