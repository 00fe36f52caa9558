import Glibc
import HTTPWire
import JSON
import Testing

/// What is told once for a period is told once, whatever happens to the process.
@Suite struct QuotaAlertTests {
    @Test func `80 and 100 per cent of a quota are told once in a period, over kills`() async throws
    {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let server = world.server
        let limits: JSONValue = ["limits": ["quotas": ["callsPerMonth": 10]]]
        try await server.must("PATCH", ProviderWorld.tenant + "/connections/conn", limits)
        let hook: JSONValue = [
            "url": .string(provider.url + "/hook"), "events": ["connection.quota_reached"],
        ]
        try await server.must("PUT", ProviderWorld.tenant + "/webhooks/ops", hook)
        func deliveries() async throws -> [JSONValue] {
            let path = ProviderWorld.tenant + "/webhooks/ops/deliveries"
            return try await server.must("GET", path).json["items"]?.array ?? []
        }
        func call(_ count: Int) async throws {
            for _ in 0..<count { #expect(try await world.execute("balance").status == 200) }
        }
        func wait(_ count: Int) async throws {
            try await Wait.until("\(count) alerts") {
                let all = try await deliveries()
                return all.count == count && all.allSatisfy { $0["status"] == "delivered" }
            }
        }
        try await call(7)
        #expect(try await deliveries().isEmpty)
        try await call(1)
        try await wait(1)
        try await server.end(SIGKILL)
        try await server.start()
        // The last counts before a kill may be forgotten, and are counted again; what was told stays
        // told.
        for _ in 0..<10 { _ = try await world.execute("balance") }
        try await wait(2)
        let refused = try await world.execute("balance")
        #expect(refused.status == 429 && refused.code == "QUOTA_EXCEEDED", "\(refused)")
        try await server.end(SIGKILL)
        try await server.start()
        for _ in 0..<10 { _ = try await world.execute("balance") }
        // Behind what the calls may have told.
        try await server.must("POST", ProviderWorld.tenant + "/webhooks/ops/test")
        try await wait(3)
        let hooks = provider.requests.filter { $0.path == "/hook" }
        let told = try hooks.map { try JSONValue(parsing: $0.body) }
            .filter { $0["type"] == "connection.quota_reached" }
        #expect(told.map { $0["data"]?["percent"] } == [80, 100])
        #expect(told.allSatisfy { $0["data"]?["limit"] == 10 })
        #expect(told.allSatisfy { $0["data"]?["quota"] == "callsPerMonth" })
        try await server.end(SIGTERM)
    }
}
