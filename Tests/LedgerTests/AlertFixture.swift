import JSON
import Ledger
import Model

/// Webhooks and what is on its way to them.
enum AlertFixture {
    static func webhook(
        _ id: String,
        events: [String] = ["*"],
        environments: [String]? = nil,
        connections: [String] = ["conn_a", "conn_b"],
        status: String = "enabled"
    ) throws -> Webhook {
        let issues = IssueList()
        guard let id = WebhookID(id) else { throw InvalidDocument(issues: []) }
        let webhook = Webhook(
            reading: [
                "url": "https://alerts.example/hook", "status": .string(status),
                "events": .array(events.map { .string($0) }),
                "environments": environments.map { .array($0.map { .string($0) }) }
                    ?? ["sandbox", "production"],
                "connections": .array(connections.map { .string($0) }),
            ],
            id: id,
            isPath: true,
            issues: issues
        )
        try issues.throwErrors()
        return webhook.signed(with: [
            SigningSecret(sealed: "new"), SigningSecret(sealed: "old", until: .latest),
        ])
    }

    static func delivery(_ id: String, to webhook: WebhookID, at: Timestamp) throws -> AlertDelivery
    {
        guard let id = AlertDeliveryID(id) else { throw InvalidDocument(issues: []) }
        return AlertDelivery(
            id: id,
            webhook: webhook,
            type: "webhook.ping",
            payload: Array(#"{"a":"\u{e9}"}"#.utf8),
            createdAt: at
        )
    }

    /// One change of each kind, with what there is of optional members.
    static func changes(_ tenant: TenantID, _ connection: ConnectionID) throws -> [Change] {
        let webhook = try webhook("ops")
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        var tried = try delivery("msg_1", to: webhook.id, at: now)
        tried.note(AlertDelivery.Attempt(at: now, status: 503, error: nil))
        tried.note(AlertDelivery.Attempt(at: now, status: nil, error: "TIMEOUT"))
        tried.nextAttemptAt = now + .seconds(5)
        var ended = tried
        ended.end(.failed)
        return [
            .putWebhook(tenant, StateFixture.stored(webhook)),
            .putWebhook(tenant, StateFixture.stored(webhook.disabled(because: .endpointGone))),
            .putWebhookFailing(tenant, webhook.id, since: now),
            .putWebhookFailing(tenant, webhook.id, since: nil),
            .putAlertDelivery(tenant, try delivery("msg_0", to: webhook.id, at: now)),
            .putAlertDelivery(tenant, tried), .putAlertDelivery(tenant, ended),
            .putAlertMark(tenant, connection, AlertMark(name: "credentials.3", value: now.text)),
            .putAlertLease(AlertLease(holder: "replica-a", until: now)),
            .removeWebhook(tenant, webhook.id),
        ]
    }
}
