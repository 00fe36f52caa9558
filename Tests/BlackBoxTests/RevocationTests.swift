import Foundation
import Glibc
import JSON
import Platform
import Testing
import Waiting

/// A key that one replica revokes, at another one: with and without word from the database.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct RevocationTests {
    private static let path = "/v1/tenants/acme/policies"

    private let ledger = "revocation-\(Hex.encode(Random.bytes(count: 6)))"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A replica that asks the database for news so often.
    private func replica(
        _ name: String,
        _ url: String?,
        pollMilliseconds: Int
    ) async throws -> BinderyServer {
        let server = BinderyServer(
            in: folder,
            dataFolder: name,
            flags: [
                "--ledger-name", ledger, "--ledger-poll-milliseconds", "\(pollMilliseconds)",
            ],
            variables: [
                "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey, "BINDERY_JOURNAL": url ?? "",
            ]
        )
        try await server.start()
        return server
    }

    /// The database's URL for sessions whose notifications nobody hears: they call a `pg_notify` that
    /// does nothing.
    private func mute() async throws -> String {
        let url = try #require(SharedDatabase.url)
        let statements = """
            CREATE SCHEMA IF NOT EXISTS mute;
            CREATE OR REPLACE FUNCTION mute.pg_notify(text, text) RETURNS void \
            LANGUAGE sql AS 'SELECT';
            """
        let psql = try RunningProcess(
            [url, "-qX", "-v", "ON_ERROR_STOP=1", "-c", statements],
            of: "/usr/bin/psql",
            in: folder
        )
        guard try await psql.ending() == .exit(0) else { throw Missing(what: psql.errors) }
        let mark = url.contains("?") ? "&" : "?"
        return url + mark + "options=-csearch_path%3Dpublic,mute,pg_catalog"
    }

    /// A key that both replicas know.
    private func key(
        of first: BinderyServer,
        knownTo second: BinderyServer
    ) async throws -> (id: String, text: String) {
        let made = try await first.must(
            "POST",
            "/v1/tenants/acme/keys",
            ["roles": ["tenant-admin"], "environments": ["*"], "workflows": ["*"]]
        )
        let text = try #require(made.json["key"]?.string)
        try await Wait.until("the other replica knows the key") {
            try await second.send("GET", Self.path, key: text).status == 200
        }
        return (try #require(made.json["id"]?.string), text)
    }

    private func revoke(_ id: String, at server: BinderyServer) async throws -> String {
        let ended = try await server.must("DELETE", "/v1/tenants/acme/keys/\(id)")
        return try #require(ended["bindery-revision"])
    }

    @Test
    func `who names the revision is refused at once, on connections and streams that were open`()
        async throws
    {
        let first = try await replica("a", SharedDatabase.url, pollMilliseconds: 500)
        let second = try await replica("b", SharedDatabase.url, pollMilliseconds: 500)
        let key = try await key(of: first, knownTo: second)
        let open = try second.connect()
        #expect(try await second.send("GET", Self.path, key: key.text, on: open).status == 200)
        let stream = try WireStream(second.address)
        try await stream.open("/v1/events?from=0", key: key.text)
        try await Wait.until("the stream's first event") {
            try stream.read()
            return !stream.events.isEmpty
        }
        let revision = try await revoke(key.id, at: first)
        let named = ["Bindery-Min-Revision: \(revision)"]
        for method in ["GET", "POST"] {
            let refused = try await second.send(
                method,
                Self.path,
                method == "POST" ? ["id": "late", "effect": "forbid"] : nil,
                headers: named,
                key: key.text,
                on: open
            )
            #expect(refused.status == 401, "\(method): \(refused)")
            #expect(refused.json["code"] == "UNAUTHENTICATED")
        }
        // From the moment that one answer knew of it, all do.
        #expect(try await second.send("GET", Self.path, key: key.text, on: open).status == 401)
        try await first.must("PUT", "/v1/tenants/acme/policies/later", ["effect": "forbid"])
        try await Wait.until("the end of the stream") {
            try stream.read()
            return stream.isWhole
        }
        #expect(stream.events.last?.name == "stream.dropped")
        #expect(stream.events.last?.data["code"] == "UNAUTHENTICATED")
        #expect(!stream.events.contains { $0.data["id"] == "later" })
        for server in [first, second] { #expect(try await server.end(SIGTERM) == .exit(0)) }
    }

    @Test func `without a word from the database it holds when the replica has asked`() async throws
    {
        let first = try await replica("a", try await mute(), pollMilliseconds: 100)
        let second = try await replica("b", try await mute(), pollMilliseconds: 100)
        let key = try await key(of: first, knownTo: second)
        let stream = try WireStream(second.address)
        try await stream.open("/v1/events", key: key.text)
        _ = try await revoke(key.id, at: first)
        try await Wait.until("the other replica refuses the key") {
            try await second.send("GET", Self.path, key: key.text).status == 401
        }
        try await Wait.until("the end of the stream") {
            try stream.read()
            return stream.isWhole
        }
        for server in [first, second] { #expect(try await server.end(SIGTERM) == .exit(0)) }
    }

    /// A replica that has heard of nothing and does not ask for a minute still writes nothing: the log
    /// is one, and the end of the key stands in it.
    @Test func `a replica that knows nothing of it writes nothing for the key`() async throws {
        let first = try await replica("a", try await mute(), pollMilliseconds: 100)
        let second = try await replica("b", try await mute(), pollMilliseconds: 60_000)
        // Known to the second one because that made it.
        let key = try await key(of: second, knownTo: first)
        let revision = try await revoke(key.id, at: first)
        let seen = try await second.send(
            "GET",
            Self.path,
            headers: ["Bindery-Min-Revision: \(revision)"],
            key: key.text
        )
        #expect([401, 503].contains(seen.status), "\(seen)")
        let bodies: [(String, String, JSONValue?)] = [
            ("PUT", Self.path + "/late", ["effect": "forbid"]),
            ("POST", "/v1/tenants/acme/keys", ["roles": ["runtime"]]),
            ("PUT", "/v1/tenants/acme/entities/user/late", ["attributes": [:]]),
        ]
        for (method, target, body) in bodies {
            let refused = try await second.send(method, target, body, key: key.text)
            #expect(refused.status == 401, "\(method) \(target): \(refused)")
        }
        let last = try await first.must("GET", "/v1/tenants/acme/policies")
        #expect(last["bindery-revision"] == revision)
        #expect(last.json["items"] == [])
        for server in [first, second] { #expect(try await server.end(SIGTERM) == .exit(0)) }
    }
}
