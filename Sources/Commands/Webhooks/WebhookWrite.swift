import JSON
import Ledger
import Model
import Secrets

/// A webhook on its way into the store.
struct WebhookWrite: Sendable {
    let scope: TenantScope
    let webhook: Webhook
    /// What a new one is signed with; nil when there is no master key.
    let secret: WebhookSecret?
    let context: CommandContext

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: The body.
    ///   - id: What the path says; nil when the body may name the webhook, or leave it to the server.
    ///   - scope: The tenant.
    ///   - context: Who asks.
    /// - Throws: Everything wrong with the body; `ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE`.
    init(
        _ body: JSONValue,
        id: WebhookID?,
        _ scope: TenantScope,
        _ context: CommandContext
    ) async throws(CommandError) {
        let issues = IssueList()
        let webhook = Webhook(
            reading: body,
            id: id ?? Self.newID(),
            isPath: id != nil,
            issues: issues
        )
        Self.check(webhook, context.services, issues)
        if issues.hasErrors { throw .invalid(issues.issues) }
        try Self.check(webhook, context.caller)
        self.scope = scope
        self.webhook = webhook
        self.context = context
        if context.services.settings.sealing == nil {
            secret = nil
        } else {
            secret = try await WebhookSecret(of: webhook.id, scope, context.services)
        }
    }

    /// An id that nobody named.
    private static func newID() -> WebhookID {
        guard let id = WebhookID("wh_" + APIKey.randomName()) else {
            preconditionFailure("letters and digits are a name")
        }
        return id
    }

    private static func check(_ webhook: Webhook, _ services: Services, _ issues: IssueList) {
        if webhook.url.isPlain, !services.settings.webhooksMayBeOnLoopback {
            issues.error(.invalidValue, at: .root.appending("url"), WebhookURL.words)
        }
        for (index, name) in (webhook.environments ?? []).enumerated()
        where !services.environments.contains(where: { $0.name == name }) {
            issues.error(
                .unknownEnvironment,
                at: .root.appending("environments").appending(index),
                "there is no environment \(name.text)"
            )
        }
    }

    /// Who may act in some environments only reads and writes what hears of no others.
    static func check(_ webhook: Webhook, _ caller: Caller) throws(CommandError) {
        guard !isWithinReach(webhook, of: caller) else { return }
        throw CommandError(
            .forbidden,
            Caller.environmentCode,
            "The webhook hears of environments that the credential may not act in."
        )
    }

    /// Whether the caller may act in every environment that the webhook hears of.
    static func isWithinReach(_ webhook: Webhook, of caller: Caller) -> Bool {
        guard let own = caller.credential.environments else { return true }
        return webhook.environments.map { Set($0).isSubset(of: own) } ?? false
    }

    /// What a write of a webhook is about.
    static func subject(_ action: String, _ scope: TenantScope, _ id: WebhookID) -> WriteSubject {
        WriteSubject(action: action, type: "webhook", id: id.text, tenant: scope.tenant)
    }

    /// The plan that makes or replaces it.
    ///
    /// - Throws: `TOO_MANY_WEBHOOKS`; `SECRET_STORE_NOT_CONFIGURED` for a new one.
    func plan(_ state: State, _ stamp: Ledger.Stamp) throws(CommandError) -> Ledger.Plan<Written> {
        let webhooks = scope.read(state).alerts.webhooks
        let existing = webhooks[webhook.id]
        if let existing { try Self.check(existing.value, context.caller) }
        let new: Webhook
        if let existing {
            new = webhook.replacing(existing.value)
        } else {
            guard webhooks.count < Webhook.countMax else {
                let detail = "There are \(Webhook.countMax) webhooks already."
                throw CommandError(.conflict, "TOO_MANY_WEBHOOKS", detail)
            }
            guard let secret else { throw WebhookSecret.notConfigured }
            new = webhook.signed(with: [secret.kept])
        }
        var plan = DocumentWrite.plan(
            new,
            over: existing,
            stamp,
            location: "\(scope.path)/webhooks/\(new.id.text)",
            json: { $0.json },
            change: { .putWebhook(scope.tenant, $0) }
        )
        // An endpoint that is tried again is not judged by what it did before.
        if let existing, existing.value.status == .disabled, new.status == .enabled {
            let changes =
                plan.changes + [.putWebhookFailing(scope.tenant, new.id, since: nil)]
            plan = Ledger.Plan(changes, answer: plan.answer)
        }
        return plan
    }
}
