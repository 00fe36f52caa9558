import JSON
import Ledger
public import Model

/// Lists what was and will be sent to a webhook, the newest first.
public struct ListAlertDeliveries: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let webhook: WebhookID
    /// The status that is wanted; nil for all.
    public let status: String?
    /// The part of the list.
    public let page: PageRequest

    /// A request.
    public init(scope: TenantScope, webhook: WebhookID, status: String?, page: PageRequest) {
        self.scope = scope
        self.webhook = webhook
        self.status = status
        self.page = page
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        _ = try GetWebhook.find(webhook, scope, state, context.caller)
        let deliveries = (scope.read(state).alerts.deliveries[webhook] ?? [])
            .filter { status == nil || $0.status.rawValue == status }
            .map { (key: Self.key($0), value: $0) }
            .sorted { $0.key < $1.key }
        let page = Page.of(
            deliveries,
            page,
            key: { $0.key },
            json: { .object($0.value.json) }
        )
        return page.answer(revision: state.revision)
    }

    /// The newest has the least key.
    private static func key(_ delivery: AlertDelivery) -> String {
        let rest = String(Timestamp.latest.milliseconds - delivery.createdAt.milliseconds)
        return String(repeating: "0", count: max(0, 18 - rest.count)) + rest + delivery.id.text
    }
}
