import Ledger
public import Model

/// Removes a webhook, with all that is on its way to it.
public struct DeleteWebhook: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let id: WebhookID

    /// A request.
    public init(scope: TenantScope, id: WebhookID) {
        self.scope = scope
        self.id = id
    }

    /// Carries it out.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let subject = WebhookWrite.subject("webhook.delete", scope, id)
        return try await context.write(subject) { (state, _) throws(CommandError) in
            try context.precondition.check(scope.read(state).alerts.webhooks[id]?.revision)
            let existing = try GetWebhook.find(id, scope, state, context.caller)
            return DocumentWrite.removal(of: existing.json, .removeWebhook(scope.tenant, id))
        }
    }
}
