import Glibc
import JSON
import Platform
import Testing
import Waiting

/// Of the servers that share a ledger one checks connections, and another one when it is gone.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct HealthLeaseTests {
    private let ledger = SharedDatabase.newLedger()

    private func replica(in folder: TemporaryFolder, _ name: String) -> BinderyServer {
        BinderyServer(
            replica: name,
            of: ledger,
            in: folder,
            flags: ["--outbound-allow", "127.0.0.0/8"] + BackgroundHealthTests.flags
        )
    }

    private func isChecker(_ server: BinderyServer) async throws -> Bool {
        try await server.metric("bindery_health_checker") == 1
    }

    @Test func `one of two replicas checks, and the other one takes over`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        let (first, second) = (replica(in: folder, "a"), replica(in: folder, "b"))
        try await first.start()
        try await Wait.until("the first checks") { try await isChecker(first) }
        try await second.start()
        _ = try await ProviderWorld(
            over: first,
            url: provider.url,
            health: BackgroundHealthTests.check()
        )
        let count = provider.requests.count
        try await Wait.until("checks") { provider.requests.count >= count + 3 }
        #expect(try await isChecker(first))
        #expect(try await !isChecker(second))
        #expect(try await second.metric("bindery_health_connections") == 1)
        // What it finds all replicas show.
        let path = BackgroundHealthTests.connection + "/health"
        try await Wait.until("the second shows it") {
            try await second.must("GET", path).json["status"] == "healthy"
        }
        // An end in order gives the work back, and the next look of the other one takes it.
        #expect(try await first.end(SIGTERM) == .exit(0))
        try await Wait.until("the second checks") { try await isChecker(second) }
        let later = provider.requests.count
        try await Wait.until("checks go on") { provider.requests.count > later }
        try await second.end(SIGTERM)
    }

    @Test func `a replica that is killed is replaced within forty seconds`() async throws {
        let folder = try TemporaryFolder()
        let (first, second) = (replica(in: folder, "a"), replica(in: folder, "b"))
        try await first.start()
        try await Wait.until("the first checks") { try await isChecker(first) }
        try await second.start()
        // Its first look has seen who holds the lease.
        try await Task.sleep(for: .seconds(1))
        #expect(try await !isChecker(second))
        try await first.end(SIGKILL)
        for _ in 0..<120 where try await !isChecker(second) {
            try await Task.sleep(for: .seconds(1))
        }
        #expect(try await isChecker(second))
        try await second.end(SIGTERM)
    }
}
