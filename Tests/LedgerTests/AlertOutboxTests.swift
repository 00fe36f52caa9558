import JSON
import Model
import Testing

@testable import Ledger

/// What webhooks are told of changes is in the entry of the changes.
@Suite struct AlertOutboxTests {
    private static let actor = ChangeActor.system("tests")
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func ledger(_ changes: [Change]) async throws -> Ledger {
        let ledger = try Ledger(journal: MemoryJournal())
        try await commit(changes, to: ledger)
        return ledger
    }

    private func commit(_ changes: [Change], to ledger: Ledger) async throws {
        _ = try await ledger.commit(actor: Self.actor, now: Self.now) { (_, _) throws(Never) in
            Ledger.Plan(changes, answer: true)
        }
    }

    private func types(_ ledger: Ledger, _ tenant: TenantID, _ webhook: String) -> [String] {
        let id = WebhookID(webhook)
        return id.flatMap { ledger.state.tenant(tenant).alerts.deliveries[$0] }?.map(\.type) ?? []
    }

    @Test func `a status that changes is told to whoever wants to know`() async throws {
        let connection = try StateFixture.connection("conn_a")
        let tenant = connection.tenant
        let other = connection.environment.text == "sandbox" ? "production" : "sandbox"
        let ledger = try await ledger(
            [
                .putConnection(StateFixture.stored(connection)),
                .putWebhook(tenant, StateFixture.stored(try AlertFixture.webhook("all"))),
                .putWebhook(
                    tenant,
                    StateFixture.stored(
                        try AlertFixture.webhook("some", events: ["connection.revoked"])
                    )
                ),
                .putWebhook(
                    tenant,
                    StateFixture.stored(
                        try AlertFixture.webhook("elsewhere", environments: [other])
                    )
                ),
                .putWebhook(
                    tenant,
                    StateFixture.stored(try AlertFixture.webhook("off", status: "disabled"))
                ),
            ]
        )
        let paused = connection.moved(to: .paused, reason: "maintenance")
        try await commit([.putConnection(StateFixture.stored(paused))], to: ledger)
        // The same again is no change.
        try await commit([.putConnection(StateFixture.stored(paused))], to: ledger)
        let active = connection.moved(to: .active, reason: nil)
        try await commit([.putConnection(StateFixture.stored(active))], to: ledger)
        let reason = Connection.needsReauthorization
        let lost = connection.moved(to: .active, reason: reason)
        try await commit([.putConnection(StateFixture.stored(lost))], to: ledger)
        let revoked = connection.moved(to: .revoked, reason: nil)
        try await commit([.putConnection(StateFixture.stored(revoked))], to: ledger)
        #expect(
            types(ledger, tenant, "all") == [
                "connection.paused", "connection.resumed", "connection.needs_reauthorization",
                "connection.revoked",
            ]
        )
        #expect(types(ledger, tenant, "some") == ["connection.revoked"])
        #expect(types(ledger, tenant, "elsewhere").isEmpty)
        #expect(types(ledger, tenant, "off").isEmpty)
        let all = try #require(WebhookID("all"))
        let first = try #require(ledger.state.tenant(tenant).alerts.deliveries[all]?.first)
        let payload = try JSONValue(parsing: first.payload)
        #expect(payload["type"] == "connection.paused")
        #expect(payload["timestamp"]?.string == Self.now.text)
        #expect(payload["data"]?["tenantId"]?.string == tenant.text)
        #expect(payload["data"]?["connectionId"] == "conn_a")
        #expect(payload["data"]?["environment"]?.string == connection.environment.text)
        #expect(payload["data"]?["previousStatus"] == "active")
        #expect(payload["data"]?["statusReason"] == "maintenance")
    }

    @Test func `health is told when its status changes, and only then`() async throws {
        let connection = try StateFixture.connection("conn_a")
        let tenant = connection.tenant
        let ledger = try await ledger(
            [
                .putConnection(StateFixture.stored(connection)),
                .putWebhook(tenant, StateFixture.stored(try AlertFixture.webhook("all"))),
            ]
        )
        let revision = ledger.revision
        for status in [ConnectionHealth.Status.healthy, .healthy, .unhealthy] {
            let health = ConnectionHealth(status: status)
            try await commit([.putHealth(tenant, connection.id, health)], to: ledger)
        }
        #expect(types(ledger, tenant, "all").count == 2)
        #expect(ledger.revision == revision)
        let ids = ledger.state.tenant(tenant).alerts.deliveries.values.joined().map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func `what waits is bounded, and the oldest is given up`() async throws {
        let connection = try StateFixture.connection("conn_a")
        let tenant = connection.tenant
        let webhook = try AlertFixture.webhook("all")
        let ledger = try await ledger(
            [
                .putConnection(StateFixture.stored(connection)),
                .putWebhook(tenant, StateFixture.stored(webhook)),
            ]
        )
        for index in 0..<(AlertDelivery.pendingCountMax + 2) {
            let health = ConnectionHealth(status: index % 2 == 0 ? .healthy : .unhealthy)
            try await commit([.putHealth(tenant, connection.id, health)], to: ledger)
        }
        let alerts = ledger.state.tenant(tenant).alerts
        let list = try #require(alerts.deliveries[webhook.id])
        #expect(alerts.pendingCount == AlertDelivery.pendingCountMax)
        #expect(list.prefix(2).allSatisfy { $0.status == .failed })
        #expect(list[0].attempts.last?.error == "QUEUE_FULL")
        #expect(list.dropFirst(2).allSatisfy { $0.status == .pending })
    }

    @Test func `what has ended is kept up to a bound, and a snapshot keeps it all`() async throws {
        let connection = try StateFixture.connection("conn_a")
        let tenant = connection.tenant
        let webhook = try AlertFixture.webhook("all")
        let ledger = try await ledger(
            [
                .putConnection(StateFixture.stored(connection)),
                .putWebhook(tenant, StateFixture.stored(webhook)),
                .putWebhookFailing(tenant, webhook.id, since: Self.now),
                .putAlertMark(tenant, connection.id, AlertMark(name: "a", value: "b")),
                .putAlertLease(AlertLease(holder: "replica-a", until: Self.now)),
            ]
        )
        for index in 0...(AlertDelivery.countMax + 1) {
            var delivery = try AlertFixture.delivery("msg_\(index)", to: webhook.id, at: Self.now)
            if index > 0 { delivery.end(.delivered) }
            try await commit([.putAlertDelivery(tenant, delivery)], to: ledger)
        }
        let state = ledger.state
        let list = try #require(state.tenant(tenant).alerts.deliveries[webhook.id])
        // What waits is kept beside them.
        #expect(list.count == AlertDelivery.countMax + 1)
        #expect(list.map(\.id.text).prefix(2) == ["msg_0", "msg_2"])
        #expect(state.tenantsWithAlerts == [tenant])
        let lines = try StateFixture.lines(of: state)
        var loader = StateLoader()
        for line in lines { try loader.read(line: line) }
        try loader.finish()
        #expect(try StateFixture.lines(of: loader.state) == lines)
        #expect(loader.state.tenantsWithAlerts == [tenant])
        #expect(loader.state.tenant(tenant).alerts.pendingCount == 1)
        try await commit([.removeWebhook(tenant, webhook.id)], to: ledger)
        #expect(ledger.state.tenantsWithAlerts.isEmpty)
        #expect(ledger.state.tenant(tenant).alerts.deliveries.isEmpty)
    }
}
