import HTTPWire
import JSON
import Ledger
import LedgerFile
import Model
import Outbound
import Platform
import Synchronization
import Testing

@testable import Alerts

/// Deliveries over real sockets, by a clock that the test moves.
@Suite struct AlertDispatcherTests {
    private func signature(_ request: HTTPRequest, _ key: String) -> String {
        AlertSignature.header(
            id: request.header("webhook-id") ?? "",
            seconds: request.header("webhook-timestamp").flatMap { Int64($0) } ?? 0,
            body: request.body,
            secrets: [SecretBytes(Array(key.utf8))]
        )
    }

    @Test func `an alert is sent once, signed, and known as delivered`() async throws {
        let receiver = try AlertReceiver.start(.status(204))
        let world = try await AlertWorld(receiver.url)
        let id = try await world.ping()
        await world.dispatcher.dispatch()
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == 1)
        let request = try #require(receiver.requests.first)
        #expect(request.method == .post)
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("webhook-id") == id.text)
        #expect(request.header("webhook-timestamp") == "1800000000")
        #expect(request.header("webhook-signature") == signature(request, "key-1"))
        #expect(request.header("webhook-signature") != signature(request, "key-2"))
        let payload = try JSONValue(parsing: request.body)
        #expect(payload["type"] == "webhook.ping")
        #expect(payload["data"]?["tenantId"] == "acme")
        let delivery = try #require(world.deliveries.first)
        #expect(delivery.status == .delivered)
        #expect(delivery.attempts.map(\.status) == [204])
        #expect(world.ledger.state.tenantsWithAlerts.isEmpty)
        await receiver.stop()
    }

    @Test func `both secrets sign in an overlap, and the new one alone after it`() async throws {
        let receiver = try AlertReceiver.start(.status(200))
        let world = try await AlertWorld(receiver.url)
        var stored = try #require(world.current)
        stored.value = stored.value.signed(with: [
            SigningSecret(sealed: "key-2"),
            SigningSecret(sealed: "key-1", until: world.now + .seconds(60)),
        ])
        try await world.commit([.putWebhook(world.tenant, stored)])
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        world.advance(.seconds(60))
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        let requests = receiver.requests
        #expect(requests.count == 2)
        let both = "\(signature(requests[0], "key-2")) \(signature(requests[0], "key-1"))"
        #expect(requests[0].header("webhook-signature") == both)
        #expect(requests[1].header("webhook-signature") == signature(requests[1], "key-2"))
        await receiver.stop()
    }

    @Test func `an endpoint that fails is tried by the schedule, with the same id`() async throws {
        let receiver = try AlertReceiver.start(.status(500), .status(503), .status(200))
        let world = try await AlertWorld(receiver.url)
        _ = try await world.ping()
        for (wait, count) in [(0, 1), (4, 1), (1, 2), (299, 2), (1, 3), (100_000, 3)] {
            world.advance(.seconds(wait))
            await world.dispatcher.dispatch()
            #expect(receiver.requests.count == count, "\(wait) s later")
        }
        #expect(world.deliveries.first?.attempts.map(\.status) == [500, 503, 200])
        #expect(world.deliveries.first?.status == .delivered)
        #expect(world.alerts.failingSince.isEmpty)
        #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 1)
        #expect(Set(receiver.requests.map { $0.header("webhook-timestamp") }).count == 3)
        await receiver.stop()
    }

    @Test func `a delivery is given up after the last wait, and can be replayed`() async throws {
        let receiver = try AlertReceiver.start(.status(500))
        let world = try await AlertWorld(receiver.url, fraction: 0.5)
        _ = try await world.ping()
        for wait in DeliverySchedule.waits {
            world.advance(wait * 1.05)
            await world.dispatcher.dispatch()
        }
        #expect(receiver.requests.count == DeliverySchedule.waits.count)
        var delivery = try #require(world.deliveries.first)
        #expect(delivery.status == .failed)
        #expect(delivery.nextAttemptAt == nil)
        #expect(world.current?.value.status == .enabled)
        delivery.replay(at: world.now)
        try await world.commit([.putAlertDelivery(world.tenant, delivery)])
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == DeliverySchedule.waits.count + 1)
        #expect(world.deliveries.first?.status == .pending)
        await receiver.stop()
    }

    @Test func `410 disables the webhook, and ends what waits for it`() async throws {
        let receiver = try AlertReceiver.start(.status(410))
        let world = try await AlertWorld(receiver.url)
        for _ in 0..<5 { _ = try await world.ping() }
        let revision = world.ledger.revision
        await world.dispatcher.dispatch()
        #expect(world.current?.value.status == .disabled)
        #expect(world.current?.value.statusReason == .endpointGone)
        #expect(world.ledger.revision > revision)
        #expect(world.deliveries.allSatisfy { $0.status == .failed })
        #expect(receiver.requests.count <= AlertDispatcher.concurrencyMaxPerWebhook)
        await receiver.stop()
    }

    @Test func `a webhook that is disabled is recorded once, and not disabled when it can't be`()
        async throws
    {
        let receiver = try AlertReceiver.start(.status(410))
        let told = Mutex<[DisabledWebhook]>([])
        let canRecord = Mutex(false)
        let recorder = DisablingRecorder(
            canRecord: { canRecord.withLock { $0 } },
            record: { disabled in
                told.withLock { $0.append(disabled) }
                return true
            }
        )
        let world = try await AlertWorld(receiver.url, recorder: recorder)
        for _ in 0..<5 { _ = try await world.ping() }
        await world.dispatcher.dispatch()
        #expect(world.current?.value.status == .enabled)
        #expect(told.withLock { $0.isEmpty })
        canRecord.withLock { $0 = true }
        await world.dispatcher.dispatch()
        await world.dispatcher.dispatch()
        #expect(world.current?.value.status == .disabled)
        let records = told.withLock { $0 }
        #expect(records.count == 1)
        #expect(records.first?.before.value.status == .enabled)
        #expect(records.first?.after.value.statusReason == .endpointGone)
        #expect(records.first?.after.revision == world.ledger.revision)
        await receiver.stop()
    }

    @Test func `an endpoint that fails for days is disabled, and one that recovers is not`()
        async throws
    {
        let receiver = try AlertReceiver.start(.status(500))
        let world = try await AlertWorld(receiver.url)
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(world.alerts.failingSince[world.webhook] == world.now)
        world.advance(DeliverySchedule.failingTimeMax - .seconds(1))
        await world.dispatcher.dispatch()
        #expect(world.current?.value.status == .enabled)
        world.advance(.seconds(3600))
        await world.dispatcher.dispatch()
        #expect(world.current?.value.statusReason == .endpointFailing)
        #expect(world.alerts.failingSince.isEmpty)
        await receiver.stop()
    }

    /// `AlertWorld.start` is Fri, 15 Jan 2027 08:00:00 GMT.
    @Test(
        arguments: [
            (429, "120", 120), (503, "120", 120), (503, "Fri, 15 Jan 2027 08:02:00 GMT", 120),
            // Sooner than the schedule: the schedule stands.
            (429, "1", 5), (429, "0", 5), (503, "Fri, 15 Jan 2027 07:00:00 GMT", 5),
            // The longest that is obeyed, and a second more.
            (503, "3600", 3600), (503, "3601", 3600), (429, "99999999999999999999", 3600),
            // What is no wait, and what is not asked by who is busy.
            (503, "soon", 5), (503, "-120", 5), (500, "120", 5), (404, "120", 5),
        ] as [(Int, String, Int)]
    )
    func `an endpoint that asks to be left alone is, within a bound`(
        _ status: Int,
        _ header: String,
        _ seconds: Int
    ) async throws {
        let receiver = try AlertReceiver.start(.busy(status, retryAfter: header), .status(200))
        let world = try await AlertWorld(receiver.url)
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        world.advance(.seconds(seconds) - .milliseconds(1))
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == 1)
        world.advance(.milliseconds(1))
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == 2)
        #expect(world.deliveries.first?.status == .delivered)
        await receiver.stop()
    }

    @Test func `what else waits for an endpoint that asks to be left alone waits too`()
        async throws
    {
        let receiver = try AlertReceiver.start(.busy(429, retryAfter: "60"), .status(200))
        let world = try await AlertWorld(receiver.url)
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == 1)
        world.advance(.seconds(60))
        await world.dispatcher.dispatch()
        #expect(receiver.requests.count == 3)
        #expect(world.deliveries.allSatisfy { $0.status == .delivered })
        await receiver.stop()
    }

    @Test func `a webhook with another URL is not held up by the one before`() async throws {
        let busy = try AlertReceiver.start(.busy(503, retryAfter: "60"))
        let other = try AlertReceiver.start(.status(200))
        let world = try await AlertWorld(busy.url)
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        var stored = try #require(world.current)
        stored.value = try AlertWorld.webhook(world.webhook, other.url)
        try await world.commit([.putWebhook(world.tenant, stored)])
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(busy.requests.count == 1 && other.requests.count == 1)
        await busy.stop()
        await other.stop()
    }

    @Test func `a redirect is a failure and is not followed`() async throws {
        let other = try AlertReceiver.start(.status(200))
        let receiver = try AlertReceiver.start(.redirect(other.url))
        let world = try await AlertWorld(receiver.url)
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(world.deliveries.first?.status == .pending)
        #expect(world.deliveries.first?.attempts.map(\.status) == [307])
        #expect(other.requests.isEmpty)
        await receiver.stop()
        await other.stop()
    }

    @Test func `an address that the policy refuses is not reached`() async throws {
        let receiver = try AlertReceiver.start(.status(200))
        let world = try await AlertWorld(receiver.url, policy: AddressPolicy())
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(world.deliveries.first?.attempts.map(\.error) == ["ADDRESS_REFUSED"])
        #expect(receiver.requests.isEmpty)
        await receiver.stop()
    }

    @Test func `nothing is sent unsigned`() async throws {
        let receiver = try AlertReceiver.start(.status(200))
        let world = try await AlertWorld(receiver.url)
        var stored = try #require(world.current)
        stored.value = stored.value.signed(with: [SigningSecret(sealed: "lost")])
        try await world.commit([.putWebhook(world.tenant, stored)])
        _ = try await world.ping()
        await world.dispatcher.dispatch()
        #expect(world.deliveries.first?.attempts.map(\.error) == ["SECRET_UNREADABLE"])
        #expect(receiver.requests.isEmpty)
        await receiver.stop()
    }

    @Test func `one that hangs is given up after its time, and holds up no other webhook`()
        async throws
    {
        let hanging = try AlertReceiver.start(.hang)
        let receiver = try AlertReceiver.start(.status(200))
        let world = try await AlertWorld(hanging.url)
        let other = try #require(WebhookID("other"))
        let stored = Stored(
            try AlertWorld.webhook(other, receiver.url),
            revision: 2,
            createdAt: world.now,
            updatedAt: world.now
        )
        for _ in 0..<5 { _ = try await world.ping() }
        try await world.commit([.putWebhook(world.tenant, stored)])
        let connection = try Connection(
            [
                "meta": [
                    "id": "conn", "integrationKey": "x", "integrationVersion": 1,
                    "environment": "sandbox",
                ],
                "ownershipMode": "byok",
            ],
            tenant: world.tenant,
            id: nil
        )
        func put(_ connection: Connection) async throws {
            try await world.commit([
                .putConnection(
                    Stored(connection, revision: 3, createdAt: world.now, updatedAt: world.now)
                )
            ])
        }
        try await put(connection)
        try await put(connection.moved(to: .paused, reason: nil))
        async let pass: Void = world.dispatcher.dispatch()
        try await receiver.received(1)
        #expect(hanging.requests.count <= AlertDispatcher.concurrencyMaxPerWebhook)
        await pass
        #expect(world.deliveries.contains { $0.attempts.first?.error == "TIMEOUT" })
        #expect(world.alerts.deliveries[other]?.first?.status == .delivered)
        await hanging.stop()
        await receiver.stop()
    }

    @Test func `what waits survives the process, and goes on where it was`() async throws {
        let receiver = try AlertReceiver.start(.status(500), .status(200))
        let folder = try TemporaryFolder()
        let first = try Ledger(journal: FileJournal(folder: folder.path + "/ledger"))
        let world = try await AlertWorld(receiver.url, over: first)
        let id = try await world.ping()
        await world.dispatcher.dispatch()
        await first.close()
        let again = try Ledger(journal: FileJournal(folder: folder.path + "/ledger"))
        let after = try await AlertWorld(receiver.url, over: again)
        #expect(after.deliveries.first?.attempts.map(\.status) == [500])
        await after.dispatcher.dispatch()
        #expect(receiver.requests.count == 1)
        after.advance(.seconds(5))
        await after.dispatcher.dispatch()
        #expect(after.deliveries.first?.status == .delivered)
        #expect(receiver.requests.map { $0.header("webhook-id") } == [id.text, id.text])
        await again.close()
        await receiver.stop()
    }
}
