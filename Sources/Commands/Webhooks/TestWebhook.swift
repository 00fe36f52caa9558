import JSON
import Ledger
public import Model

/// Sends a webhook a `webhook.ping`, whatever it lists.
public struct TestWebhook: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let id: WebhookID

    /// A request.
    public init(scope: TenantScope, id: WebhookID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out: answers the delivery, which is sent a moment later.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`; `WEBHOOK_DISABLED`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WebhookWrite.subject("webhook.test", scope, id)
        return try await context.write(subject) { (state, stamp) throws(CommandError) in
            let found = try GetWebhook.find(id, scope, state, context.caller)
            try ReplayAlertDelivery.check(found.value)
            let ping = Alert(
                .webhookPing,
                tenant: scope.tenant,
                connection: nil,
                environment: nil,
                details: ["webhookId": .string(id.text)]
            )
            var outbox = AlertOutbox(state, now: stamp.now)
            let delivery = outbox.put(ping, to: id)
            var written = Written(object: delivery.json)
            written.isToldHereAlone = true
            return Ledger.Plan(outbox.changes, answer: written)
        }
    }
}
