import Foundation
import Glibc
import JSON
import Testing

/// A change request that is scheduled goes live at its time, whatever becomes of the process until
/// then.
@Suite struct ScheduledReleaseTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/payments-app/sandbox"

    private func time(in seconds: Int) -> JSONValue {
        let time = Date(timeIntervalSinceNow: TimeInterval(seconds)).ISO8601Format()
        return ["publishAt": .string(time)]
    }

    /// A request that is approved; its path.
    private func approved(_ server: BinderyServer) async throws -> String {
        try await server.must(
            "PUT",
            "/v1/specs/blueprints/payments-app/versions/1",
            ["meta": ["name": "payments-app", "version": 1], "integrationSlots": []]
        )
        let config: JSONValue = ["integrations": [], "meta": ["blueprintVersion": 1]]
        try await server.must("POST", Self.line + "/versions", config)
        let policy: JSONValue = ["environments": ["sandbox": ["required": 1]]]
        try await server.must("PUT", Self.tenant + "/approval-policy", policy)
        let body: JSONValue = [
            "blueprint": "payments-app", "environment": "sandbox", "version": 1, "title": "first",
        ]
        let made = try await server.must("POST", Self.tenant + "/change-requests", body)
        let id = try #require(made.json["id"]?.string)
        let path = "\(Self.tenant)/change-requests/\(id)"
        try await server.must("POST", path + "/submit")
        let key = try await server.must(
            "POST",
            Self.tenant + "/keys",
            ["roles": ["tenant-admin"], "environments": ["*"]]
        )
        let text = try #require(key.json["key"]?.string)
        #expect(try await server.send("POST", path + "/approve", key: text).status == 200)
        return path
    }

    @Test func `a process that was killed before the time publishes when it is there again, once`()
        async throws
    {
        let server = try await BinderyServer.started()
        let path = try await approved(server)
        try await server.must("POST", path + "/schedule", time(in: 3))
        #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
        // The time passes while nobody is there.
        try await Task.sleep(for: .seconds(3))
        try await server.start()
        try await Wait.until("it is published") {
            try await server.must("GET", path).json["status"] == "Applied"
        }
        // And a second process finds nothing left to do.
        #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
        try await server.start()
        let history = try await server.must("GET", Self.line + "/history")
        let published = history.json["items"]?.array?.filter { $0["to"] == "published" }
        #expect(published?.count == 1)
        let request = try await server.must("GET", path)
        let applied = request.json["history"]?.array?.filter { $0["to"] == "Applied" }
        #expect(applied?.count == 1)
        #expect(applied?.first?["actor"]?["id"] == "scheduler")
        #expect(try await server.end(SIGTERM) == .exit(0))
    }
}
