import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// The counts of quotas over the end of a server that is alone.
@Suite struct QuotaRestartTests {
    private static let connection = ProviderWorld.tenant + "/connections/conn"

    private func world(_ provider: ScriptedProvider, quota: Int64) async throws -> ProviderWorld {
        let world = try await ProviderWorld(url: provider.url)
        let limits: JSONValue = ["quotas": ["callsPerMonth": .integer(quota)]]
        try await world.server.must("PATCH", Self.connection, ["limits": limits])
        return world
    }

    private func used(_ server: BinderyServer) async throws -> JSONValue? {
        let usage = try await server.must("GET", Self.connection + "/usage")
        return usage.json["quotas"]?.array?.first?["used"]
    }

    private func kept(_ server: BinderyServer) throws -> [JSONValue] {
        let path = server.dataFolder + "/quotas.ndjson"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test func `a month goes on after a restart, to its last call and not one more`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await world(provider, quota: 3)
        #expect(try await world.execute().status == 200)
        #expect(try await world.execute().status == 200)
        #expect(try await world.server.restart() == .exit(0))
        #expect(try await used(world.server) == 2)
        #expect(try await world.execute().status == 200)
        let refused = try await world.execute()
        #expect(refused.status == 429)
        #expect(refused.code == "QUOTA_EXCEEDED")
        #expect(provider.requests.count == 3)
        #expect(try await world.server.restart() == .exit(0))
        #expect(try await world.execute().code == "QUOTA_EXCEEDED")
    }

    @Test func `kill -9 forgets what was not written yet, and nothing before`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await world(provider, quota: 2)
        #expect(try await world.execute().status == 200)
        try await Wait.until("the count is written") {
            try kept(world.server).first?["count"] == 1
        }
        #expect(try await world.server.end(SIGKILL) == .signal(SIGKILL))
        try await world.server.start()
        #expect(try await used(world.server) == 1)
        #expect(try await world.execute().status == 200)
        #expect(try await world.execute().code == "QUOTA_EXCEEDED")
    }

    @Test func `a damaged line is told, and costs its own count alone`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await world(provider, quota: 2)
        #expect(try await world.execute().status == 200)
        #expect(try await world.server.end(SIGTERM) == .exit(0))
        let path = world.server.dataFolder + "/quotas.ndjson"
        let good = try String(contentsOfFile: path, encoding: .utf8)
        let bad = "{\"tenant\":\"acme-corp\",\"count\":-1}\n\u{0}\n"
        try (bad + good).write(toFile: path, atomically: false, encoding: .utf8)
        try await world.server.start()
        #expect(world.server.log.contains("quotas.damaged"))
        #expect(try await used(world.server) == 1)
    }
}
