import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Servers that share a ledger, and with it the limits of its connections.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct ReplicaLimitTests {
    private let ledger = SharedDatabase.newLedger()

    private func replica(in folder: TemporaryFolder, _ name: String) async throws -> BinderyServer {
        let flags = ["--outbound-allow", "127.0.0.0/8"]
        let server = BinderyServer(replica: name, of: ledger, in: folder, flags: flags)
        try await server.start()
        return server
    }

    private func charge(_ server: BinderyServer) async throws -> WireAnswer {
        try await server.send(
            "POST",
            ProviderWorld.line + "/capabilities/payments.charge/execute",
            ["workflow": "checkout", "input": ["amount": 5000]]
        )
    }

    private func limit(_ replicas: [BinderyServer], to limits: JSONValue) async throws {
        let target = ProviderWorld.tenant + "/connections/conn"
        let made = try await replicas[0].must("PATCH", target, ["limits": limits])
        let revision = try #require(made["bindery-revision"])
        for replica in replicas {
            let found = try await replica.send(
                "GET",
                target,
                headers: ["Bindery-Min-Revision: \(revision)"]
            )
            #expect(found.status == 200)
        }
    }

    /// Lets each replica be called so often at the same time, and gives the answers by their status.
    private func call(
        _ replicas: [BinderyServer],
        _ count: Int
    ) async throws -> [Int: [WireAnswer]] {
        let answers = try await withThrowingTaskGroup(of: WireAnswer.self) { group in
            for replica in replicas {
                for _ in 0..<count { group.addTask { try await charge(replica) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return Dictionary(grouping: answers) { $0.status }
    }

    @Test func `a rate and a quota hold over two servers, and over the end of one`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        let replicas = [try await replica(in: folder, "a"), try await replica(in: folder, "b")]
        _ = try await ProviderWorld(over: replicas[0], url: provider.url)

        // 19 a minute are leased one by one: that many at once, and one each 3.2 s.
        try await limit(replicas, to: ["rateLimit": ["rpm": 19]])
        let start = MonotonicClock.precise
        let rated = try await call(replicas, 15)
        let refilled = Int((MonotonicClock.precise - start) / .seconds(3.1)) + 1
        let admitted = rated[200]?.count ?? 0
        #expect((19...19 + refilled).contains(admitted), "\(rated)")
        #expect(provider.requests.count == admitted)
        for answer in rated[429] ?? [] {
            #expect(answer.code == "RATE_LIMITED")
            #expect(answer.json["limit"] == "rpm")
            #expect(answer["retry-after"] != nil)
        }

        // What was called so far was of no quota.
        try await limit(replicas, to: ["rateLimit": .null, "quotas": ["callsPerMonth": 12]])
        let first = try await call(replicas, 4)
        #expect(first[200]?.count == 8, "\(first)")
        for replica in replicas {
            let usage = try await replica.must(
                "GET",
                ProviderWorld.tenant + "/connections/conn/usage"
            )
            #expect(usage.json["quotas"]?.array?.first?["used"] == 8)
        }
        // Another process goes on where the last one was.
        #expect(try await replicas[1].end(SIGKILL) == .signal(SIGKILL))
        try await replicas[1].start()
        let second = try await call(replicas, 4)
        #expect(second[200]?.count == 4, "\(second)")
        #expect(second[429]?.count == 4)
        #expect(second[429]?.allSatisfy { $0.code == "QUOTA_EXCEEDED" } == true)
        #expect(provider.requests.count == admitted + 12)
        #expect(try await replicas[0].metric("bindery_limits_available") == 1)
        for replica in replicas { #expect(try await replica.end(SIGTERM) == .exit(0)) }
    }

    @Test func `a server alone has no shared limits`() async throws {
        let server = try await BinderyServer.started()
        #expect(try await !server.must("GET", "/metrics").text.contains("bindery_limits_"))
        #expect(try await server.end(SIGTERM) == .exit(0))
    }
}
