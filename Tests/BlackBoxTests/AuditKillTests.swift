import Glibc
import JSON
import Synchronization
import Testing
import Waiting

/// However a process ends, each change of the ledger has one record in the trail when the next one
/// serves.
@Suite struct AuditKillTests {
    private static let writerCount = 24
    private static let killCount = 8
    /// A process is killed at the latest when it has acknowledged so much.
    private static let acknowledgementCountMax = 200

    @Test func `kill -9 leaves no change without its record, and none with two`() async throws {
        let server = try await BinderyServer.started()
        try await server.must(
            "PUT",
            "/v1/specs/integrations/payments.test/versions/1",
            ProviderWorld.spec(url: "https://payments.example")
        )
        var recoveredCount = 0
        for round in 0..<Self.killCount {
            try await kill(server, after: Int.random(in: 1...Self.acknowledgementCountMax), round)
            try await server.start()
            recoveredCount = try await ChangeWriter.check([server], "round \(round)")
        }
        #expect(recoveredCount > 0, "24 writers were not in the middle of anything, 8 times")
        #expect(try await server.restart() == .exit(0))
        #expect(try await ChangeWriter.check([server], "after a stop in order") == recoveredCount)
        #expect(try await server.metric("bindery_audit_owed_entries") == 0)
        #expect(try await server.end(SIGTERM) == .exit(0))
        let verifying = try RunningProcess(
            ["audit", "verify", server.dataFolder],
            variables: [:],
            in: server.folder
        )
        #expect(try await verifying.ending() == .exit(0), "\(verifying.output)")
    }

    /// Lets all writers write until the process is dead.
    private func kill(_ server: BinderyServer, after life: Int, _ round: Int) async throws {
        let counter = ChangeWriter.Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writerCount {
                group.addTask { await ChangeWriter.write(server, "w\(writer)r\(round)", counter) }
            }
            try await Wait.until("enough is written") {
                counter.value.load(ordering: .relaxed) >= life
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...3000)))
            #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
            try await group.waitForAll()
        }
    }
}
