import API
import Commands
import HTTPWire
import JSON
import Ledger
import Model
import Platform
import Testing

/// What providers post goes on to the tenant's webhooks that ask for it by name.
@Suite struct ForwardedWebhookTests {
    private typealias World = WebhookWorld
    private static let webhooks = "/v1/tenants/acme-corp/webhooks"
    private static let event = #"{ "id": "evt_1", "type": "paid", "amount": 1.20 }"#

    private func subscribe(_ world: World, _ id: String, _ members: JSONObject) async throws {
        var body: JSONObject = ["url": .string("https://alerts.example/\(id)")]
        for member in members { body[member.key] = member.value }
        try await world.api.must(.put, "\(Self.webhooks)/\(id)", .object(body))
    }

    /// The payloads on their way to a webhook.
    private func payloads(_ world: World, _ id: String) throws -> [JSONValue] {
        let tenant = try #require(TenantID("acme-corp"))
        let webhook = try #require(WebhookID(id))
        let deliveries = world.api.ledger.state.tenant(tenant).alerts.deliveries[webhook] ?? []
        return try deliveries.map { try JSONValue(parsing: $0.payload) }
    }

    private func post(_ world: World, _ bytes: [UInt8]) async throws -> TestAnswer {
        try await world.api.send(
            .post,
            World.path,
            bytes: bytes,
            headers: [World.signature(bytes)],
            key: nil
        )
    }

    @Test func `an event goes to who lists it, within its filters, and to nobody else`()
        async throws
    {
        let world = try await World()
        let list: JSONValue = ["connection.paused", "webhook.received"]
        try await subscribe(world, "named", ["events": list])
        try await subscribe(world, "all", ["events": ["*"]])
        try await subscribe(world, "default", [:])
        try await subscribe(world, "other-type", ["events": ["connection.paused"]])
        try await subscribe(world, "there", ["events": list, "environments": ["sandbox"]])
        try await subscribe(world, "elsewhere", ["events": list, "environments": ["production"]])
        try await subscribe(world, "this", ["events": list, "connections": ["x", "hook"]])
        try await subscribe(world, "that", ["events": list, "connections": ["x"]])
        try await subscribe(world, "off", ["events": list, "status": "disabled"])
        let answer = try await world.post(
            Self.event,
            headers: [HTTPField("Content-Type", "application/json")]
        )
        #expect(try await world.post(Self.event).json["duplicate"] == true)
        #expect(try await world.post(Self.event, signedWith: "another").status == 401)
        for id in ["named", "there", "this"] {
            #expect(try payloads(world, id).count == 1, "\(id)")
        }
        for id in ["all", "default", "other-type", "elsewhere", "that", "off"] {
            #expect(try payloads(world, id).isEmpty, "\(id)")
        }
        let told = try #require(try payloads(world, "named").first)
        #expect(told["type"] == "webhook.received")
        let data = try #require(told["data"]?.object)
        #expect(data["tenantId"] == "acme-corp" && data["connectionId"] == "hook")
        #expect(data["environment"] == "sandbox")
        #expect(data["integrationKey"] == "payments.hook" && data["integrationVersion"] == 1)
        #expect(data["deliveryId"] == answer.json["deliveryId"])
        #expect(data["providerId"] == "evt_1" && data["type"] == "paid")
        #expect(data["contentType"] == "application/json")
        #expect(data["receivedAt"]?.string?.hasSuffix("Z") ?? false)
        // To the byte: with its spaces, and with the zero of its number.
        #expect(data["body"]?.string == Self.event)
        #expect(data["bodyEncoding"] == "text" && data["bodyOmitted"] == false)
        #expect(data["bodyDigest"]?.string == Hex.encode(Digest.sha256(Self.event)))
        let list2 = try await world.api.send(.get, "\(Self.webhooks)/named/deliveries")
        #expect(list2.json["items"]?.array?.first?["eventType"] == "webhook.received")
        // What is told of a connection is filtered by it too.
        try await world.api.must(.post, "/v1/tenants/acme-corp/connections/hook/pause")
        #expect(try payloads(world, "this").count == 2)
        #expect(try payloads(world, "that").isEmpty)
    }

    @Test func `a body of the bound is forwarded, one byte more is not, and bytes are base64`()
        async throws
    {
        let world = try await World()
        try await subscribe(world, "named", ["events": ["webhook.received"]])
        let longest = [UInt8](repeating: 0x78, count: 8192)
        let bodies: [[UInt8]] = [longest, longest + [0x78], [0xFF, 0x00, 0x0A], [], [0x00]]
        for body in bodies { #expect(try await post(world, body).status == 200) }
        let told = try payloads(world, "named").compactMap { $0["data"] }
        #expect(told.count == bodies.count)
        for (data, body) in zip(told, bodies) {
            #expect(data["bodyBytes"]?.integer == Int64(body.count))
            #expect(data["bodyDigest"]?.string == Hex.encode(Digest.sha256(body)))
        }
        #expect(told[0]["bodyOmitted"] == false)
        #expect(told[0]["body"]?.string?.utf8.count == 8192)
        #expect(told[1]["bodyOmitted"] == true)
        #expect(told[1]["body"] == nil && told[1]["bodyEncoding"] == nil)
        #expect(told[2]["bodyEncoding"] == "base64")
        #expect(told[2]["body"]?.string.flatMap { Base64.decode($0) } == [0xFF, 0x00, 0x0A])
        #expect(told[3]["body"] == "" && told[3]["bodyEncoding"] == "text")
        #expect(told[4]["body"] == "\u{0}" && told[4]["bodyEncoding"] == "text")
    }

    @Test func `what waits is bounded, and alerts are not pushed out by it`() async throws {
        let world = try await World()
        let both: JSONValue = ["connection.paused", "webhook.received"]
        try await subscribe(world, "named", ["events": both])
        try await world.api.must(.post, "/v1/tenants/acme-corp/connections/hook/pause")
        try await world.api.must(.post, "/v1/tenants/acme-corp/connections/hook/resume")
        let most = AlertDelivery.forwardedPendingCountMax
        for index in 0..<most { _ = try await world.post(#"{"id":"evt_\#(index)"}"#) }
        let tenant = try #require(TenantID("acme-corp"))
        let webhook = try #require(WebhookID("named"))
        func list() -> [AlertDelivery] {
            world.api.ledger.state.tenant(tenant).alerts.deliveries[webhook] ?? []
        }
        #expect(list().count == most + 1)
        #expect(list().allSatisfy { $0.status == .pending })
        _ = try await world.post(#"{"id":"evt_last"}"#)
        let failed = list().filter { $0.status == .failed }
        #expect(failed.map { $0.attempts.last?.error } == ["QUEUE_FULL"])
        #expect(list().count { $0.status == .pending } == most + 1)
        #expect(list().first?.type == "connection.paused")
        #expect(list().first?.status == .pending)
        // Who was given up may begin anew only when there is room.
        let id = try #require(failed.first?.id.text)
        let replay = "\(Self.webhooks)/named/deliveries/\(id)/replay"
        #expect(try await world.api.send(.post, replay).code == "TOO_MANY_DELIVERIES")
    }
}
