import Glibc
import JSON
import Testing

/// Where nothing can be written any more, nothing is acknowledged, and reads go on.
///
/// The system refuses to let files grow, which is what a full disk does.
@Suite struct FullDiskTests {
    private static func policy(_ byteCount: Int = 0) -> JSONValue {
        [
            "effect": "forbid",
            "metadata": ["note": .string(String(repeating: "x", count: byteCount))],
        ]
    }

    private func rules(_ server: BinderyServer) async throws -> [String] {
        let list = try await server.must("GET", "/v1/policies?limit=500")
        return (list.json["items"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    @Test func `a ledger that can't be written refuses, and says so`() async throws {
        let server = BinderyServer(in: try TemporaryFolder())
        try await server.start(fileByteCountMax: 1 << 20)
        for _ in 1...2 {
            let answer = try await server.send("PUT", "/v1/policies/p1", Self.policy())
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.code == "STORE_READ_ONLY")
            #expect(answer["retry-after"] != nil)
        }
        try await expectReadsOnly(server)
        #expect(try await rules(server).isEmpty)
        #expect(server.log.contains("ledger."))
        // Space again, and a new process.
        #expect(try await server.restart() == .exit(0))
        #expect(try await rules(server).isEmpty)
        try await server.must("PUT", "/v1/policies/p1", Self.policy())
    }

    @Test func `an audit trail that can't be written refuses, and nothing acknowledged is lost`()
        async throws
    {
        let server = BinderyServer(in: try TemporaryFolder())
        // Enough for a segment of the ledger, which is set aside whole; the trail grows.
        try await server.start(fileByteCountMax: 9 << 20)
        var acknowledged: [String] = []
        var refusal: WireAnswer?
        for number in 1...100 where refusal == nil {
            let id = "p\(number + 100)"
            let answer = try await server.send("PUT", "/v1/policies/\(id)", Self.policy(400_000))
            if answer.status == 201 { acknowledged.append(id) } else { refusal = answer }
        }
        #expect(refusal?.status == 503, "\(acknowledged.count) were taken")
        #expect(refusal?.code == "AUDIT_UNAVAILABLE")
        #expect(!acknowledged.isEmpty)
        try await expectReadsOnly(server)
        #expect(server.log.contains("audit.failed"))
        #expect(try await server.restart() == .exit(0))
        let found = try await rules(server)
        #expect(Set(found).isSuperset(of: acknowledged))
        #expect(try await server.must("GET", "/v1/audit/verify").json["valid"] == true)
        try await server.must("PUT", "/v1/policies/p1", Self.policy())
    }

    private func expectReadsOnly(_ server: BinderyServer) async throws {
        let ready = try await server.send("GET", "/readyz", key: nil)
        #expect(ready.status == 503, "\(ready)")
        #expect(ready.code == "NOT_READY")
        #expect(try await server.send("GET", "/livez", key: nil).status == 200)
        #expect(try await server.send("GET", "/v1/tenants").status == 200)
    }
}
