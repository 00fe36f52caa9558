/// What a tenant can be alerted of: the one catalogue, which docs/alerts.md shows as a table.
///
/// The raw value is the `type` of a payload, and what a webhook lists in `events`.
public enum AlertType: String, Sendable, Hashable, CaseIterable {
    case connectionPaused = "connection.paused"
    case connectionResumed = "connection.resumed"
    case connectionRevoked = "connection.revoked"
    case connectionNeedsReauthorization = "connection.needs_reauthorization"
    case connectionHealthChanged = "connection.health_changed"
    case connectionBreakerOpened = "connection.breaker_opened"
    case connectionBreakerClosed = "connection.breaker_closed"
    case connectionQuotaReached = "connection.quota_reached"
    case connectionCredentialsExpiring = "connection.credentials_expiring"
    /// Forwards what a provider posted; sent to webhooks that list it by name alone.
    case webhookReceived = "webhook.received"
    case configApprovalsLowered = "config.approvals_lowered"
    case configBreakGlass = "config.break_glass"
    case configScheduleFailed = "config.schedule_failed"
    /// Asked for by `POST …/webhooks/{id}/test`, and sent whatever the webhook lists.
    case webhookPing = "webhook.ping"

    /// When it is sent, in words.
    public var occasion: String {
        switch self {
        case .connectionPaused: "a connection goes from `active` to `paused`"
        case .connectionResumed: "a connection becomes `active` again"
        case .connectionRevoked: "a connection is revoked"
        case .connectionNeedsReauthorization:
            "a connection's `statusReason` becomes `NEEDS_REAUTHORIZATION`"
        case .connectionHealthChanged: "a health check finds another status than the last one"
        case .connectionBreakerOpened: "a circuit breaker of a connection opens"
        case .connectionBreakerClosed: "calls pass a circuit breaker again that was open"
        case .connectionQuotaReached:
            "calls reach 80 % or 100 % of a quota, once for each in a period"
        case .connectionCredentialsExpiring:
            "`credentialsExpiresAt` is 14 days, 3 days or no time away, once for each"
        case .webhookReceived:
            "a connection's provider posts a webhook that is signed well; never by `*`"
        case .configApprovalsLowered:
            "an environment asks for fewer approvals than before, or for none"
        case .configBreakGlass:
            "a config goes live by break-glass, without the approvals that its environment asks for"
        case .configScheduleFailed:
            "a scheduled change request was refused by a gate at its time, and is `Approved` again"
        case .webhookPing: "`POST …/webhooks/{id}/test` asks for it"
        }
    }

    /// The members of `data` beside those that every alert has.
    public var dataMembers: [String] {
        switch self {
        case .connectionPaused, .connectionResumed, .connectionRevoked,
            .connectionNeedsReauthorization:
            ["status", "previousStatus", "statusReason"]
        case .connectionHealthChanged: ["status", "previousStatus", "errorCode"]
        case .connectionBreakerOpened, .connectionBreakerClosed: ["callClass"]
        case .connectionQuotaReached:
            ["quota", "percent", "limit", "periodStart", "periodEnd"]
        case .connectionCredentialsExpiring: ["expiresAt", "daysLeft"]
        case .webhookReceived:
            [
                "integrationKey", "integrationVersion", "deliveryId", "providerId", "type",
                "receivedAt", "contentType", "bodyBytes", "bodyDigest", "bodyOmitted", "body",
                "bodyEncoding",
            ]
        case .configApprovalsLowered: ["environments", "reason"]
        case .configBreakGlass: ["blueprint", "version", "actor", "reason"]
        case .configScheduleFailed:
            ["blueprint", "version", "changeRequest", "code", "publishAt"]
        case .webhookPing: ["webhookId"]
        }
    }

    /// Whether a webhook for all types (`*`) is sent it: what a provider wrote goes only to whoever
    /// asked for it by name.
    public var isAmongAll: Bool { self != .webhookReceived }
}
