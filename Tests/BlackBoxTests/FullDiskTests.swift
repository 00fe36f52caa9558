import Glibc
import JSON
import Testing
import Waiting

/// Where nothing can be written any more, nothing is acknowledged, and reads go on.
///
/// The system refuses to let files grow, which is what a full disk does.
@Suite struct FullDiskTests {
    private static let policy: JSONValue = ["effect": "forbid"]

    private func rules(_ server: BinderyServer) async throws -> [String] {
        let list = try await server.must("GET", "/v1/policies?limit=500")
        return (list.json["items"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    @Test func `a ledger that can't be written refuses, and says so`() async throws {
        let server = BinderyServer(in: try TemporaryFolder())
        try await server.start(fileByteCountMax: 1 << 20)
        for _ in 1...2 {
            let answer = try await server.send("PUT", "/v1/policies/p1", Self.policy)
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.code == "STORE_READ_ONLY")
            #expect(answer["retry-after"] != nil)
        }
        try await expectReadsOnly(server, told: "ledger.readOnly")
        #expect(try await rules(server).isEmpty)
        // Space again, and a new process.
        #expect(try await server.restart() == .exit(0))
        #expect(try await rules(server).isEmpty)
        try await server.must("PUT", "/v1/policies/p1", Self.policy)
    }

    private func expectReadsOnly(_ server: BinderyServer, told event: String) async throws {
        let ready = try await server.send("GET", "/readyz", key: nil)
        #expect(ready.status == 503, "\(ready)")
        #expect(ready.code == "NOT_READY")
        #expect(try await server.send("GET", "/livez", key: nil).status == 200)
        #expect(try await server.send("GET", "/v1/tenants").status == 200)
        try await Wait.until("the operator is told") { server.log.contains(event) }
    }
}
