public import Model

/// What the store knows of one tenant's webhooks and what is on its way to them.
public struct TenantAlerts: Sendable {
    /// The webhooks.
    public internal(set) var webhooks: [WebhookID: Stored<Webhook>] = [:]
    /// The deliveries of each webhook, the oldest first.
    public private(set) var deliveries: [WebhookID: [AlertDelivery]] = [:]
    /// Since when nothing could be delivered, for webhooks whose last delivery failed.
    public internal(set) var failingSince: [WebhookID: Timestamp] = [:]
    /// What the tenant was told once, by the connection that it is about.
    public private(set) var marks: [ConnectionID: [String: String]] = [:]
    /// How many deliveries wait.
    public private(set) var pendingCount = 0

    /// Puts a delivery in the place of the one with its id, or behind all others.
    ///
    /// Of a webhook that is gone nothing is kept. Beyond the bound the oldest that has ended goes;
    /// what waits is not counted, so that one that was given up for others is told still.
    mutating func put(_ delivery: AlertDelivery) {
        guard webhooks[delivery.webhook] != nil else { return }
        var list = deliveries.removeValue(forKey: delivery.webhook) ?? []
        defer { deliveries[delivery.webhook] = list }
        if delivery.status == .pending { pendingCount += 1 }
        if let place = list.lastIndex(where: { $0.id == delivery.id }) {
            if list[place].status == .pending { pendingCount -= 1 }
            list[place] = delivery
        } else {
            list.append(delivery)
        }
        guard list.count > AlertDelivery.countMax else { return }
        for areForwarded in [false, true] {
            let isEnded = { (delivery: AlertDelivery) in
                delivery.status != .pending && delivery.isForwarded == areForwarded
            }
            let surplus = list.count(where: isEnded) - AlertDelivery.countMax
            for _ in 0..<max(0, surplus) {
                guard let oldest = list.firstIndex(where: isEnded) else { break }
                list.remove(at: oldest)
            }
        }
    }

    mutating func put(_ mark: AlertMark, of connection: ConnectionID) {
        marks[connection, default: [:]][mark.name] = mark.value
    }

    mutating func forget(_ connection: ConnectionID) { marks[connection] = nil }

    mutating func remove(_ webhook: WebhookID) {
        webhooks[webhook] = nil
        failingSince[webhook] = nil
        let gone = deliveries.removeValue(forKey: webhook) ?? []
        pendingCount -= gone.count { $0.status == .pending }
    }

    /// Whether the tenant was told already.
    public func knows(_ mark: AlertMark, of connection: ConnectionID) -> Bool {
        marks[connection]?[mark.name] == mark.value
    }
}
