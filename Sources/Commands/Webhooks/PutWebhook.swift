public import JSON
import Ledger
public import Model

/// Makes or replaces a webhook.
///
/// A new one's signing secret is in the answer; one that is replaced keeps its own.
public struct PutWebhook: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The webhook.
    public let id: WebhookID
    /// The body.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, id: WebhookID, body: JSONValue) {
        self.scope = scope
        self.id = id
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `TOO_MANY_WEBHOOKS`; `SECRET_STORE_NOT_CONFIGURED`
    ///   for a new one.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let write = try await WebhookWrite(body, id: id, scope, context)
        let subject = WebhookWrite.subject("webhook.put", scope, id)
        let answer = try await context.write(subject) { (state, stamp) throws(CommandError) in
            try context.precondition.check(scope.read(state).alerts.webhooks[id]?.revision)
            return try write.plan(state, stamp)
        }
        guard answer.kind == .created else { return answer }
        return write.secret?.shown(in: answer, context) ?? answer
    }
}
