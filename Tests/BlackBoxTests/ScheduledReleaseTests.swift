import Foundation
import Glibc
import JSON
import Platform
import Testing
import Waiting

/// A change request that is scheduled goes live at its time, whatever becomes of the process until
/// then.
@Suite struct ScheduledReleaseTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/payments-app/sandbox"

    static func time(in seconds: Int) -> JSONValue {
        let time = Date(timeIntervalSinceNow: TimeInterval(seconds)).ISO8601Format()
        return ["publishAt": .string(time)]
    }

    /// A request that is approved; its path.
    static func approved(_ server: BinderyServer) async throws -> String {
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
        let sent = try await server.must("POST", path + "/submit")
        let digest: JSONValue = ["contentDigest": sent.json["contentDigest"] ?? .null]
        let key = try await server.must(
            "POST",
            Self.tenant + "/keys",
            ["roles": ["tenant-admin"], "environments": ["*"]]
        )
        let text = try #require(key.json["key"]?.string)
        #expect(try await server.send("POST", path + "/approve", digest, key: text).status == 200)
        return path
    }

    @Test func `a process that was killed before the time publishes when it is there again, once`()
        async throws
    {
        let server = try await BinderyServer.started()
        let path = try await Self.approved(server)
        try await server.must("POST", path + "/schedule", Self.time(in: 3))
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

/// Of servers that share a ledger one publishes, and another one when it is gone.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct SharedScheduleTests {
    private let ledger = SharedDatabase.newLedger()

    @Test func `what the replica that was killed did not publish, the other one does, once`()
        async throws
    {
        let folder = try TemporaryFolder()
        let (first, second) = (
            BinderyServer(replica: "a", of: ledger, in: folder),
            BinderyServer(replica: "b", of: ledger, in: folder)
        )
        try await first.start()
        try await Wait.until("the first one publishes") {
            try await first.metric("bindery_release_scheduler") == 1
        }
        try await second.start()
        // Its first look has seen who holds the lease.
        try await Task.sleep(for: .seconds(1))
        #expect(try await second.metric("bindery_release_scheduler") == 0)
        let path = try await ScheduledReleaseTests.approved(first)
        try await first.must("POST", path + "/schedule", ScheduledReleaseTests.time(in: 3))
        #expect(try await first.end(SIGKILL) == .signal(SIGKILL))
        // A lease that is not renewed ends after 40 s at most.
        for _ in 0..<120 where try await second.must("GET", path).json["status"] != "Applied" {
            try await Task.sleep(for: .seconds(1))
        }
        let request = try await second.must("GET", path)
        let applied = request.json["history"]?.array?.filter { $0["to"] == "Applied" }
        #expect(applied?.count == 1)
        #expect(try await second.metric("bindery_release_scheduler") == 1)
        #expect(try await second.metric("bindery_scheduled_releases") == 0)
        #expect(try await second.end(SIGTERM) == .exit(0))
    }
}
