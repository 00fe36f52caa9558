import Ledger
import Model

/// What an attempt means for the delivery and its webhook, as changes of the log.
struct DeliveryOutcome: Sendable {
    let tenant: TenantID
    let webhook: WebhookID
    let delivery: AlertDeliveryID
    let attempt: AlertDelivery.Attempt
    /// For the jitter of the next wait.
    let fraction: Double
    /// How long the endpoint asks to be left alone.
    var pause = Duration.zero
    /// Whether the webhook may be disabled now; if not, it goes on failing.
    var mayDisable = true

    private var isSuccess: Bool { attempt.status.map { (200..<300).contains($0) } ?? false }

    /// The changes; none when the delivery is gone or was ended meanwhile, but for one that was given
    /// up for others while it was sent, and has arrived.
    func changes(_ state: State, _ stamp: Ledger.Stamp) -> [Change] {
        let alerts = state.tenant(tenant).alerts
        guard let stored = alerts.webhooks[webhook],
            var delivery = alerts.deliveries[webhook]?.last(where: { $0.id == delivery }),
            delivery.status == .pending || isSuccess && delivery.wasGivenUp
        else { return [] }
        delivery.note(attempt)
        if isSuccess {
            delivery.end(.delivered)
            return [.putAlertDelivery(tenant, delivery)] + standing(nil, alerts)
        }
        let failingSince = alerts.failingSince[webhook] ?? attempt.at
        if let reason = reason(to: stored.value, failingSince) {
            delivery.end(.failed)
            return disabling(stored, reason, delivery, alerts, stamp)
        }
        if let wait = DeliverySchedule.wait(after: delivery.tryCount, fraction: fraction) {
            delivery.nextAttemptAt = attempt.at + max(wait, pause)
        } else {
            delivery.end(.failed)
        }
        return [.putAlertDelivery(tenant, delivery)] + standing(failingSince, alerts)
    }

    /// Why the webhook is no longer to be tried; nil when it is.
    private func reason(
        to webhook: Webhook,
        _ failingSince: Timestamp
    ) -> Webhook.StatusReason? {
        guard mayDisable, webhook.status == .enabled else { return nil }
        if attempt.status == 410 { return .endpointGone }
        let failingTime = attempt.at - failingSince
        return failingTime >= DeliverySchedule.failingTimeMax ? .endpointFailing : nil
    }

    /// Disables the webhook, and ends what waits for it.
    private func disabling(
        _ stored: Stored<Webhook>,
        _ reason: Webhook.StatusReason,
        _ delivery: AlertDelivery,
        _ alerts: TenantAlerts,
        _ stamp: Ledger.Stamp
    ) -> [Change] {
        let disabled = Stored(
            stored.value.disabled(because: reason),
            revision: stamp.revision,
            createdAt: stored.createdAt,
            updatedAt: stamp.now
        )
        var changes: [Change] = [
            .putWebhook(tenant, disabled), .putAlertDelivery(tenant, delivery),
        ]
        for var other in alerts.deliveries[webhook] ?? []
        where other.status == .pending && other.id != delivery.id {
            other.end(.failed)
            changes.append(.putAlertDelivery(tenant, other))
        }
        return changes + standing(nil, alerts)
    }

    private func standing(_ since: Timestamp?, _ alerts: TenantAlerts) -> [Change] {
        guard alerts.failingSince[webhook] != since else { return [] }
        return [.putWebhookFailing(tenant, webhook, since: since)]
    }
}
