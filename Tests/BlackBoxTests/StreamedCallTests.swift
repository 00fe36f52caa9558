import HTTPWire
import JSON
import Testing
import Waiting

/// Answers of a provider that are handed on while they come (docs/execution.md).
@Suite struct StreamedCallTests {
    private static let target = ProviderWorld.line + "/capabilities/payments.charge/execute"
    private static let body: JSONValue = [
        "workflow": "checkout", "input": ["amount": 5000], "stream": true,
    ]

    private func open(_ world: ProviderWorld) async throws -> WireStream {
        let stream = try WireStream(world.server.address)
        try await stream.open(
            Self.target,
            key: BinderyServer.bootstrapKey,
            posting: Self.body
        )
        return stream
    }

    private func provider(_ body: String) throws -> ScriptedProvider {
        try ScriptedProvider { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + body)
        }
    }

    @Test func `the provider's events reach the caller, with the headers of the call`() async throws
    {
        let provider = try provider("event: delta\ndata: {\"n\": 1}\n\ndata: {\"n\": 2}\n\n")
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let stream = try await open(world)
        #expect(stream.answer.status == 200)
        #expect(stream.answer["content-type"] == "text/event-stream")
        #expect(stream.answer["bindery-connection-id"] == "conn")
        try await Wait.until("the end") {
            try stream.read()
            return stream.isWhole
        }
        #expect(stream.events.map(\.data) == [["n": 1], ["n": 2]])
        let id = try #require(stream.answer["bindery-audit-id"])
        let path = ProviderWorld.tenant + "/audit/\(id)"
        let record = try await world.server.must("GET", path).json
        #expect(record["action"] == "capability.execute")
        #expect(record["outcome"] == "success")
        #expect(record["decision"]?["allowed"] == true)
        try await Wait.until("the record of the end") {
            let list = try await world.server.must("GET", ProviderWorld.tenant + "/audit?kind=call")
            return list.json["items"]?.array?.contains { $0["action"] == "capability.stream" }
                == true
        }
    }

    @Test func `who was passed over is named in a header, and in both records`() async throws {
        let provider = try provider("data: 1\n\n")
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.addFallback()
        let first = try await open(world)
        #expect(first.answer["bindery-connection-id"] == "conn")
        #expect(first.answer["bindery-passed-over"] == nil)
        try await world.server.must("POST", ProviderWorld.tenant + "/connections/conn/pause", [:])
        let second = try await open(world)
        #expect(second.answer["bindery-connection-id"] == "conn_b")
        let named = "\"conn\";reason=CONNECTION_NOT_ACTIVE"
        #expect(second.answer["bindery-passed-over"] == named)
        let id = try #require(second.answer["bindery-audit-id"])
        let passed: JSONValue = [["connectionId": "conn", "reason": "CONNECTION_NOT_ACTIVE"]]
        let path = ProviderWorld.tenant + "/audit"
        let record = try await world.server.must("GET", path + "/\(id)").json
        #expect(record["passedOver"] == passed)
        try await Wait.until("the record of the end") {
            let list = try await world.server.must("GET", path + "?kind=call").json["items"]
            let end = list?.array?
                .first {
                    $0["action"] == "capability.stream" && $0["resource"]?["id"]?.string == id
                }
            return end?["passedOver"] == passed
        }
    }

    @Test func `an answer that breaks off is cut for the caller, too`() async throws {
        let provider = try ScriptedProvider { _ in
            .bytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let stream = try await open(world)
        await #expect(throws: WireConnection.Cut.self) {
            try await Wait.until("the end") {
                try stream.read()
                return stream.isWhole
            }
        }
        #expect(stream.text == "half of it")
        #expect(!stream.isWhole)
    }

    @Test func `an error of the provider, and a key, are answered as ever`() async throws {
        let provider = try ScriptedProvider { _ in
            .answer("402 Payment Required", headers: [], body: "{}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let failed = try await world.server.send("POST", Self.target, Self.body)
        #expect(failed.status == 502)
        #expect(failed.code == "PROVIDER_ERROR")
        let keyed = try await world.server.send(
            "POST",
            Self.target,
            Self.body,
            headers: ["Idempotency-Key: k"]
        )
        #expect(keyed.status == 422)
        #expect(keyed.json["errors"]?.array?.first?["pointer"] == "/stream")
        #expect(provider.requests.count == 1)
        let both = Self.body.setting(2, at: ["pages"])
        let refused = try await world.server.send("POST", Self.target, both)
        #expect(refused.status == 422)
    }
}
