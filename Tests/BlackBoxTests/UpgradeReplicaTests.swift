import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Replicas that run one plan.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct UpgradeReplicaTests {
    private static let path = "\(UpgradeWorld.blueprints)/1/upgrade?limit=500"

    private func replicas() async throws -> [BinderyServer] {
        let ledger = SharedDatabase.newLedger()
        let folder = try TemporaryFolder()
        let replicas = ["a", "b"]
            .map {
                BinderyServer(
                    replica: $0,
                    of: ledger,
                    in: folder,
                    flags: ["--limits-body-bytes", "16777216"]
                )
            }
        for replica in replicas { try await replica.start() }
        return replicas
    }

    private func outcomes(_ replica: BinderyServer, _ body: JSONValue) async throws -> [String] {
        let answer = try await replica.must("POST", Self.path, body).json
        return (answer["items"]?.array ?? []).compactMap { $0["outcome"]?.string }
    }

    @Test func `two at once do each config once, and know of each other's`() async throws {
        let replicas = try await replicas()
        let world = try await UpgradeWorld(40, over: replicas[0])
        let plan = try await world.plan(to: 2)
        let body: JSONValue = ["to": 2, "plan": .string(plan), "publish": true]
        async let left = outcomes(replicas[0], body)
        async let right = outcomes(replicas[1], body)
        let (first, second) = try await (left, right)
        #expect(first.count == 40)
        for (one, other) in zip(first, second) {
            #expect([one, other].sorted() == ["done", "migrated"])
        }
        for tenant in world.tenants {
            #expect(try await world.versions(tenant) == ["1 superseded on 1", "2 published on 2"])
        }
        for replica in replicas { try await replica.end(SIGTERM) }
    }

    @Test func `what one that was killed left, another one does`() async throws {
        let replicas = try await replicas()
        let world = try await UpgradeWorld(200, over: replicas[1])
        let plan = try await world.plan(to: 2)
        let body: JSONValue = ["to": 2, "plan": .string(plan), "publish": true]
        async let broken = lost(replicas[0], body)
        let progress = "\(UpgradeWorld.blueprints)/1/upgrade?to=2&limit=1&plan=\(plan)"
        try await Wait.until("some are done") {
            let json = try await replicas[1].must("GET", progress).json
            return json["progress"]?["done"]?.integer ?? 0 >= 20
        }
        try await replicas[0].end(SIGKILL)
        _ = await broken
        let rest = try await outcomes(replicas[1], body)
        #expect(rest.count == 200)
        #expect(Set(rest).isSubset(of: ["done", "migrated"]))
        #expect(rest.filter { $0 == "done" }.count >= 20)
        for tenant in world.tenants {
            #expect(try await world.versions(tenant) == ["1 superseded on 1", "2 published on 2"])
        }
        try await replicas[1].end(SIGTERM)
    }

    private func lost(_ replica: BinderyServer, _ body: JSONValue) async -> Bool {
        do {
            _ = try await replica.send("POST", Self.path, body)
            return false
        } catch {
            return true
        }
    }
}
