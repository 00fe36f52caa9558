public import JSON
import Ledger
import Model

/// Makes a webhook; its signing secret is in the answer, and never again anywhere.
public struct CreateWebhook: Sendable {
    /// The tenant.
    public let scope: TenantScope
    /// The body, which may name the id.
    public let body: JSONValue

    /// A request.
    public init(scope: TenantScope, body: JSONValue) {
        self.scope = scope
        self.body = body
    }

    /// Carries it out.
    ///
    /// - Throws: Everything wrong with the body; `ALREADY_EXISTS` when the id is taken;
    ///   `TOO_MANY_WEBHOOKS`; `SECRET_STORE_NOT_CONFIGURED`.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let write = try await WebhookWrite(body, id: nil, scope, context)
        let id = write.webhook.id
        let subject = WebhookWrite.subject("webhook.create", scope, id)
        let answer = try await context.write(subject) { (state, stamp) throws(CommandError) in
            let existing = scope.read(state).alerts.webhooks[id]
            try context.precondition.check(existing?.revision)
            if existing != nil {
                let detail = "The tenant has a webhook \(id.text)."
                throw CommandError(.conflict, "ALREADY_EXISTS", detail)
            }
            return try write.plan(state, stamp)
        }
        return write.secret?.shown(in: answer, context) ?? answer
    }
}
