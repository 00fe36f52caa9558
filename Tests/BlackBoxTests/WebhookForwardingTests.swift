import Glibc
import HTTPWire
import JSON
import Platform
import Testing
import Waiting

/// A provider signs, the built server takes it, and a subscriber verifies what it is forwarded.
@Suite struct WebhookForwardingTests {
    private static let hook = "/v1/tenants/acme-corp/webhooks/shop"

    /// Subscribes; the signing key.
    private func subscribe(_ server: BinderyServer, _ url: String) async throws -> [UInt8] {
        let made = try await server.must(
            "PUT",
            Self.hook,
            ["url": .string(url + "/events"), "events": ["webhook.received"]]
        )
        let secret = try #require(made.json["secret"]?.string)
        return try #require(Base64.decode(String(secret.dropFirst("whsec_".count))))
    }

    /// Whether it is signed as Standard Webhooks has it: HMAC-SHA-256 of `id.timestamp.body`.
    private func verifies(_ request: HTTPRequest, _ key: [UInt8]) throws -> Bool {
        let id = try #require(request.header("webhook-id"))
        let time = try #require(request.header("webhook-timestamp"))
        let code = Digest.hmacSHA256(Array("\(id).\(time).".utf8) + request.body, key: key)
        return request.header("webhook-signature") == "v1," + Base64.encode(code)
    }

    private func waitUntilDelivered(_ count: Int, _ server: BinderyServer) async throws {
        try await Wait.until("\(count) deliveries have ended") {
            let list = try await server.must("GET", Self.hook + "/deliveries?limit=100")
            let items = list.json["items"]?.array ?? []
            return items.count == count && items.allSatisfy { $0["status"] == "delivered" }
        }
    }

    @Test func `what a provider signed comes to the subscriber, signed, to the byte, once`()
        async throws
    {
        let subscriber = try ScriptedProvider()
        defer { subscriber.stop() }
        let server = try await BinderyServer.started(secrets: InboundWebhookTests.secrets)
        try await InboundWebhookTests.prepare(server)
        let key = try await subscribe(server, subscriber.url)
        let text = #"{ "id":"evt_1", "type":"paid", "amount":12.50, "name":"Zoë" }"#
        let body = Array(text.utf8)
        let answer = try await InboundWebhookTests.post(body, to: server)
        let again = try await InboundWebhookTests.post(body, to: server)
        #expect(answer.status == 200 && again.json["duplicate"] == true)
        let binary: [UInt8] = [0x00, 0xFF, 0x0D, 0x0A, 0x80]
        #expect(try await InboundWebhookTests.post(binary, to: server).status == 200)
        try await waitUntilDelivered(2, server)
        let requests = subscriber.requests
        #expect(requests.count == 2)
        #expect(Set(requests.map { $0.header("webhook-id") }).count == 2)
        for request in requests {
            #expect(request.path == "/events")
            #expect(try verifies(request, key))
        }
        let told = try requests.map { try JSONValue(parsing: $0.body)["data"] }
        let first = try #require(told.first { $0?["bodyEncoding"] == "text" } ?? nil)
        #expect(first["body"]?.string == text)
        #expect(first["deliveryId"] == answer.json["deliveryId"])
        #expect(first["providerId"] == "evt_1")
        let second = try #require(told.first { $0?["bodyEncoding"] == "base64" } ?? nil)
        #expect(second["body"]?.string.flatMap { Base64.decode($0) } == binary)
        #expect(!server.log.contains("evt_1"))
        try await server.end(SIGTERM)
    }

    @Test func `a burst that is longer than what waits is forwarded whole`() async throws {
        let subscriber = try ScriptedProvider()
        defer { subscriber.stop() }
        let server = try await BinderyServer.started(secrets: InboundWebhookTests.secrets)
        try await InboundWebhookTests.prepare(server)
        _ = try await subscribe(server, subscriber.url)
        let count = 80
        for index in 0..<count {
            let body = Array(#"{"id":"evt_\#(index)"}"#.utf8)
            #expect(try await InboundWebhookTests.post(body, to: server).status == 200)
        }
        try await waitUntilDelivered(count, server)
        let ids = subscriber.requests.map { $0.header("webhook-id") }
        #expect(ids.count == count && Set(ids).count == count)
        try await server.end(SIGTERM)
    }

    @Test func `an endpoint that is gone disables its webhook, which is in the trail`() async throws
    {
        let subscriber = try ScriptedProvider { _ in .answer("410 Gone", body: "") }
        defer { subscriber.stop() }
        let server = try await BinderyServer.started(secrets: InboundWebhookTests.secrets)
        try await InboundWebhookTests.prepare(server)
        _ = try await subscribe(server, subscriber.url)
        #expect(try await InboundWebhookTests.post([0x7B, 0x7D], to: server).status == 200)
        try await Wait.until("it is disabled") {
            try await server.must("GET", Self.hook).json["status"] == "disabled"
        }
        var records: [JSONValue] = []
        try await Wait.until("its record") {
            let trail = try await server.must("GET", "/v1/tenants/acme-corp/audit?kind=change")
            records = (trail.json["items"]?.array ?? [])
                .filter { $0["action"] == "webhook.disable" }
            return !records.isEmpty
        }
        #expect(records.count == 1)
        let record = try #require(records.first)
        #expect(record["actor"]?["type"] == "system" && record["actor"]?["id"] == "alerts")
        #expect(record["resource"] == ["type": "webhook", "id": "shop"])
        #expect(record["before"]?["status"] == "enabled")
        #expect(record["after"]?["status"] == "disabled")
        #expect(record["after"]?["statusReason"] == "ENDPOINT_GONE")
        #expect(!String(decoding: record.serialized(), as: UTF8.self).contains("whsec_"))
        try await server.end(SIGTERM)
    }

    @Test func `a server that is killed before the delivery delivers it under the same id`()
        async throws
    {
        // It takes the first request, and the server dies before the answer.
        let subscriber = try ScriptedProvider { _ in .hold }
        defer { subscriber.stop() }
        let server = try await BinderyServer.started(secrets: InboundWebhookTests.secrets)
        try await InboundWebhookTests.prepare(server)
        let key = try await subscribe(server, subscriber.url)
        let body = Array(#"{"id":"evt_1","type":"paid"}"#.utf8)
        let answer = try await InboundWebhookTests.post(body, to: server)
        #expect(answer.json["duplicate"] == false)
        try await Wait.until("the first attempt") { !subscriber.requests.isEmpty }
        #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
        subscriber.reply { _ in .ok }
        try await server.start()
        #expect(try await InboundWebhookTests.post(body, to: server).json["duplicate"] == true)
        let last = Array(#"{"id":"evt_2"}"#.utf8)
        #expect(try await InboundWebhookTests.post(last, to: server).status == 200)
        try await waitUntilDelivered(2, server)
        let requests = subscriber.requests
        let ids = requests.compactMap { $0.header("webhook-id") }
        #expect(requests.count == 3 && ids.count == 3)
        #expect(Set(ids).count == 2)
        // The attempt that was cut off, and the one that was answered, are of one delivery.
        #expect(ids.count { $0 == ids[0] } == 2)
        for request in requests { #expect(try verifies(request, key)) }
        let same = requests.filter { $0.header("webhook-id") == ids[0] }
        #expect(same.count == 2 && same[0].body == same[1].body)
        try await server.end(SIGTERM)
    }
}
