import JSON
import Ledger
public import Model

/// Lets a delivery begin anew: the same id and payload, and a schedule from its start.
public struct ReplayAlertDelivery: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let webhook: WebhookID
    /// The delivery.
    public let id: AlertDeliveryID

    /// A request.
    public init(scope: TenantScope, webhook: WebhookID, id: AlertDeliveryID) {
        self.scope = scope
        self.webhook = webhook
        self.id = id
    }

    /// Carries it out; sent is it a moment later.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`; `WEBHOOK_DISABLED`;
    ///   `TOO_MANY_DELIVERIES` when as many wait as may.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WebhookWrite.subject("webhook.replay", scope, webhook)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let found = try GetWebhook.find(webhook, scope, state, context.caller)
            try Self.check(found.value)
            let list = scope.read(state).alerts.deliveries[webhook] ?? []
            guard var delivery = list.last(where: { $0.id == id }) else {
                throw .notFound("such delivery")
            }
            let most = AlertDelivery.pendingCountMax(areForwarded: delivery.isForwarded)
            let pending = list.count {
                $0.status == .pending && $0.isForwarded == delivery.isForwarded
            }
            guard delivery.status == .pending || pending < most else {
                let detail = "\(most) deliveries wait already."
                throw CommandError(.conflict, "TOO_MANY_DELIVERIES", detail)
            }
            delivery.replay(at: stamp.now)
            var written = Written(object: delivery.json)
            written.isToldHereAlone = true
            return Ledger.Plan([.putAlertDelivery(scope.tenant, delivery)], answer: written)
        }
    }

    /// Checks that the webhook is sent anything.
    ///
    /// - Throws: `WEBHOOK_DISABLED`.
    static func check(_ webhook: Webhook) throws(CommandError) {
        guard webhook.status == .disabled else { return }
        throw CommandError(
            .conflict,
            "WEBHOOK_DISABLED",
            "The webhook is disabled: nothing is sent to it until its status is enabled."
        )
    }
}
