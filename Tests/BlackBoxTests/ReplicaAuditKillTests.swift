import Glibc
import Platform
import Synchronization
import Testing
import Waiting

/// However replicas end, each change of their ledger has one record in the trail of one of them, when
/// each has started again.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct ReplicaAuditKillTests {
    private static let writerCount = 12
    private static let killCount = 4

    private let ledger = SharedDatabase.newLedger()

    @Test func `kill -9 of replicas leaves no change without its record, and none with two`()
        async throws
    {
        let folder = try TemporaryFolder()
        let replicas = ["a", "b"].map { BinderyServer(replica: $0, of: ledger, in: folder) }
        for replica in replicas { try await replica.start() }
        try await replicas[0]
            .must(
                "PUT",
                "/v1/specs/integrations/payments.test/versions/1",
                ProviderWorld.spec(url: "https://payments.example")
            )
        for round in 0..<Self.killCount {
            try await kill(replicas, after: Int.random(in: 1...60), round)
            for replica in replicas { try await replica.start() }
            _ = try await ChangeWriter.check(replicas, "round \(round)")
        }
        for replica in replicas {
            #expect(try await replica.restart() == .exit(0))
        }
        #expect(try await ChangeWriter.check(replicas, "after a stop in order") > 0)
        for replica in replicas { #expect(try await replica.end(SIGTERM) == .exit(0)) }
    }

    /// Lets writers write on both until both are dead.
    private func kill(_ replicas: [BinderyServer], after life: Int, _ round: Int) async throws {
        let counter = ChangeWriter.Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writerCount {
                let replica = replicas[writer % replicas.count]
                let name = "w\(writer)r\(round)"
                group.addTask { await ChangeWriter.write(replica, name, counter) }
            }
            try await Wait.until("enough is written") {
                counter.value.load(ordering: .relaxed) >= life
            }
            for replica in replicas {
                #expect(try await replica.end(SIGKILL) == .signal(SIGKILL))
            }
            try await group.waitForAll()
        }
    }
}
