import JSON
import Ledger
import Model

/// Lists a tenant's webhooks, by id, without their secrets.
public struct ListWebhooks: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The status that is wanted; nil for all.
    public let status: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, status: String?, page: PageRequest) {
        self.scope = scope
        self.status = status
        self.page = page
    }

    /// Carries it out.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let webhooks = scope.read(state).alerts.webhooks.values
            .filter { status == nil || $0.value.status.rawValue == status }
            .filter { WebhookWrite.isWithinReach($0.value, of: context.caller) }
            .sorted { $0.value.id < $1.value.id }
        let page = Page.of(webhooks, page, key: { $0.value.id.text }, json: { .object($0.json) })
        return page.answer(revision: state.revision)
    }
}
