import Foundation
import Glibc
import JSON
import Testing
import Waiting

/// The audit trail of a real process: what is too much goes, and what is left verifies, whenever it is
/// killed (docs/audit.md).
@Suite struct AuditRetentionTests {
    private static let flags = [
        "--audit-segment-bytes", "1048576", "--audit-retention-bytes", "1500000",
    ]

    /// Fills the trail with four segments: each change leaves a record with the object before and after.
    private func fill(_ server: BinderyServer) async throws {
        let wire = try server.connect()
        let text = String(repeating: "x", count: 10_000)
        for number in 0..<220 {
            let answer = try await server.send(
                "PUT",
                "/v1/tenants/acme/entities/user/u\(number % 3)",
                ["attributes": ["note": .string("\(number) \(text)")]],
                on: wire
            )
            #expect(answer.status < 300, "\(answer)")
        }
    }

    private func segments(_ server: BinderyServer) -> [String] {
        server.folder.files().filter { $0.contains("/data/audit/audit-") && $0.hasSuffix("ndjson") }
    }

    private func offline(_ server: BinderyServer) async throws -> JSONValue {
        let process = try RunningProcess(
            ["audit", "verify", server.dataFolder],
            in: server.folder
        )
        _ = try await process.ending()
        return try JSONValue(parsing: Array(process.output.utf8))
    }

    @Test func `what is too much goes, is recorded, and the chain verifies`() async throws {
        let server = BinderyServer(in: try TemporaryFolder(), flags: Self.flags)
        try await server.start()
        try await fill(server)
        // What goes may have gone while it was filled.
        #expect(try await server.restart() == .exit(0))
        try await Wait.until("old segments are gone") {
            let removed = try await server.metric("bindery_audit_removed_sequence")
            return removed > 0 && segments(server).count <= 2
        }
        let online = try await server.must("GET", "/v1/audit/verify").json
        #expect(online["valid"] == true, "\(online)")
        let removed = try #require(online["removed"]?.integer)
        #expect(removed > 0)
        #expect(try await server.metric("bindery_audit_removed_sequence") == Int(removed))
        // Lists end with the oldest record that is left.
        let list = try await server.must("GET", "/v1/tenants/acme/audit?limit=500").json
        let oldest = list["items"]?.array?.last?["sequence"]?.integer
        #expect(oldest == removed + 1)
        #expect(try await server.end(SIGTERM) == .exit(0))
        let verdict = try await offline(server)
        #expect(verdict["valid"] == true, "\(verdict)")
        #expect(verdict["removed"]?.integer == removed)
        // Without the segments before, and without a removal, records are missed.
        let first = try #require(segments(server).min())
        try FileManager.default.removeItem(atPath: first)
        let missed = try await offline(server)
        #expect(missed["valid"] == false)
        #expect(missed["firstBad"]?["sequence"]?.integer == removed + 1)
    }

    @Test func `killed while it removes, it verifies and goes on`() async throws {
        let server = BinderyServer(in: try TemporaryFolder(), flags: Self.flags)
        for round in 0..<6 {
            try await server.start()
            try await fill(server)
            try await server.end(SIGKILL)
            try await server.start()
            // The first look is a second after the start: it is killed somewhere around it.
            try await Task.sleep(for: .milliseconds(Int.random(in: 850...1150)))
            try await server.end(SIGKILL)
            let verdict = try await offline(server)
            #expect(verdict["valid"] == true, "round \(round): \(verdict)")
        }
        try await server.start()
        try await Wait.until("only what may stay is left") { segments(server).count <= 2 }
        #expect(try await server.must("GET", "/v1/audit/verify").json["valid"] == true)
    }
}
