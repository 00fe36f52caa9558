import JSON
import Ledger
public import Model

/// Answers a webhook, without its secret.
public struct GetWebhook: Sendable {
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
    public func run(_ context: CommandContext) throws(CommandError) -> CommandAnswer {
        let state = context.state
        let webhook = try Self.find(id, scope, state, context.caller)
        return CommandAnswer(
            body: .json(.object(webhook.json)),
            revision: state.revision,
            entityRevision: webhook.revision
        )
    }

    /// The webhook, if the caller may know of it.
    ///
    /// - Throws: `NOT_FOUND`; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    static func find(
        _ id: WebhookID,
        _ scope: TenantScope,
        _ state: State,
        _ caller: Caller
    ) throws(CommandError) -> Stored<Webhook> {
        guard let webhook = scope.read(state).alerts.webhooks[id] else {
            throw .notFound("such webhook")
        }
        try WebhookWrite.check(webhook.value, caller)
        return webhook
    }
}
