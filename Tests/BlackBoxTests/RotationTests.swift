import FoundationEssentials
import Glibc
import HTTPWire
import JSON
import Synchronization
import Testing
import Waiting

/// A new secret takes over when it works, and the old one can be returned to for a while.
@Suite struct RotationTests {
    private static let connection = BackgroundHealthTests.connection
    private static let secrets = ["A": "key-of-old-days", "B": "key-of-new-days"]
        .reduce(into: [String: String]()) {
            $0["BINDERY_SECRET_\($1.key)"] = "{\"apiKey\":\"\($1.value)\"}"
        }

    /// A provider that takes those keys that the test says.
    private final class Locks: Sendable {
        private let good = Mutex<Set<String>>(["key-of-old-days", "key-of-new-days"])

        func accept(_ keys: Set<String>) { good.withLock { $0 = keys } }

        func reply(_ request: HTTPRequest) -> ScriptedProvider.Reply {
            let key = request.header("authorization")?.dropFirst("Bearer ".count)
            return good.withLock { $0.contains(String(key ?? "")) }
                ? .ok : .answer("401 No", body: "{}")
        }
    }

    private func world(
        _ locks: Locks,
        background: Bool = false
    ) async throws -> (ScriptedProvider, ProviderWorld) {
        let provider = try ScriptedProvider { locks.reply($0) }
        let world = try await ProviderWorld(
            url: provider.url,
            flags: background ? BackgroundHealthTests.flags : [],
            secrets: Self.secrets,
            health: BackgroundHealthTests.check()
        )
        return (provider, world)
    }

    private func rotate(_ world: ProviderWorld, _ body: JSONObject) async throws -> WireAnswer {
        try await world.server.send("POST", Self.connection + "/rotate", .object(body))
    }

    @Test func `the old reference is kept for the overlap, over a restart, and returned to`()
        async throws
    {
        let locks = Locks()
        let (provider, world) = try await world(locks)
        defer { provider.stop() }
        let taken = try await rotate(
            world,
            ["secretRef": "env://BINDERY_SECRET_B", "overlapSeconds": 600]
        )
        #expect(taken.json["secretRef"] == "env://BINDERY_SECRET_B", "\(taken)")
        #expect(taken.json["previousSecretRef"] == "env://BINDERY_SECRET_A")
        #expect(taken.json["overlapUntil"]?.string != nil)
        try await world.server.end(SIGKILL)
        try await world.server.start()
        let read = try await world.server.must("GET", Self.connection).json
        #expect(read["previousSecretRef"] == "env://BINDERY_SECRET_A")
        // What was read can be written back; the server's own members count for nothing there.
        let forged = read.setting("env://BINDERY_SECRET_C", at: ["previousSecretRef"])
        try await world.server.must("PUT", Self.connection, forged)
        let written = try await world.server.must("GET", Self.connection).json
        #expect(written["previousSecretRef"] == "env://BINDERY_SECRET_A")
        // Also when nothing works any more.
        locks.accept([])
        let back = try await rotate(world, ["rollback": true, "reason": "test"])
        #expect(back.status == 200, "\(back)")
        #expect(back.json["secretRef"] == "env://BINDERY_SECRET_A")
        #expect(back.json["previousSecretRef"] == nil)
        #expect(back.json["health"]?["status"] == "degraded")
        let again = try await rotate(world, ["rollback": true])
        #expect(again.status == 409)
        #expect(again.code == "NO_OVERLAP")
    }

    @Test(
        arguments: [
            (["overlapSeconds": 1], "/secretRef"),
            (["secretRef": "env://BINDERY_SECRET_B", "overlapSeconds": -1], "/overlapSeconds"),
            (
                ["secretRef": "env://BINDERY_SECRET_B", "overlapSeconds": 604_801],
                "/overlapSeconds"
            ),
            (["secretRef": "env://BINDERY_SECRET_B", "rollback": true], "/secretRef"),
            (["rollback": true, "overlapSeconds": 1], "/overlapSeconds"),
            (
                ["rollback": true, "credentialsExpiresAt": "2099-01-01T00:00:00Z"],
                "/credentialsExpiresAt"
            ),
            (
                [
                    "secretRef": "env://BINDERY_SECRET_B",
                    "credentialsExpiresAt": "2020-01-01T00:00:00Z",
                ], "/credentialsExpiresAt"
            ),
            (
                ["secretRef": "env://BINDERY_SECRET_B", "credentialsExpiresAt": "tomorrow"],
                "/credentialsExpiresAt"
            ),
            (["rollback": false], "/secretRef"), (["rollback": "yes"], "/rollback"),
            (["secretRef": "env://BINDERY_SECRET_B", "overlap": 1], "/overlap"),
        ] as [(JSONValue, String)]
    )
    func `what is no rotation is refused with the place`(
        _ body: JSONValue,
        _ place: String
    )
        async throws
    {
        let (provider, world) = try await world(Locks())
        defer { provider.stop() }
        let refused = try await rotate(world, body.object ?? [:])
        #expect(refused.status == 422, "\(refused)")
        #expect(refused.text.contains("\"\(place)\""), "\(refused.text)")
        let kept = try await world.server.must("GET", Self.connection)
        #expect(kept.json["secretRef"] == "env://BINDERY_SECRET_A")
    }

    @Test(arguments: [0, 604_800])
    func `an overlap of nothing keeps nothing, and one of a week is the longest`(
        _ seconds: Int64
    )
        async throws
    {
        let (provider, world) = try await world(Locks())
        defer { provider.stop() }
        let taken = try await rotate(
            world,
            ["secretRef": "env://BINDERY_SECRET_B", "overlapSeconds": .integer(seconds)]
        )
        #expect(taken.status == 200, "\(taken)")
        #expect((taken.json["previousSecretRef"] == nil) == (seconds == 0))
        let back = try await rotate(world, ["rollback": true])
        #expect(back.status == (seconds == 0 ? 409 : 200))
    }

    @Test func `a secret that stops working is rolled back when the old one works`() async throws {
        let locks = Locks()
        let (provider, world) = try await world(locks, background: true)
        defer { provider.stop() }
        let taken = try await rotate(world, ["secretRef": "env://BINDERY_SECRET_B"])
        #expect(taken.status == 200, "\(taken)")
        locks.accept(["key-of-old-days"])
        try await Wait.until("the rollback") {
            let read = try await world.server.must("GET", Self.connection).json
            return read["secretRef"] == "env://BINDERY_SECRET_A"
        }
        let read = try await world.server.must("GET", Self.connection).json
        #expect(read["previousSecretRef"] == nil)
        #expect(read["health"]?["status"] == "healthy")
        #expect(try await world.execute("balance").status == 200)
        let page = try await world.server.must("GET", ProviderWorld.tenant + "/audit?kind=change")
        let record = page.json["items"]?.array?.first { $0["action"] == "connection.rollback" }
        #expect(record?["actor"]?["id"] == "health")
        #expect(record?["connectionId"] == "conn")
    }

    private static let oldEnd = "2098-01-01T00:00:00Z"

    /// A world whose connection has credentials that end.
    private func endingWorld(
        _ locks: Locks,
        background: Bool = false
    ) async throws -> (ScriptedProvider, ProviderWorld) {
        let (provider, world) = try await world(locks, background: background)
        let patch: JSONValue = ["credentialsExpiresAt": .string(Self.oldEnd)]
        try await world.server.must("PATCH", Self.connection, patch)
        return (provider, world)
    }

    @Test(
        arguments: [
            // Written with an offset, answered in UTC.
            ("env://BINDERY_SECRET_B", "2099-01-01T01:00:00+01:00", "2099-01-01T00:00:00Z"),
            ("env://BINDERY_SECRET_B", nil, nil), ("env://BINDERY_SECRET_A", nil, oldEnd),
            ("env://BINDERY_SECRET_A", "2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
        ] as [(String, String?, String?)]
    )
    func `an end of credentials is that of the new ones, or is not known`(
        _ reference: String,
        _ end: String?,
        _ expected: String?
    ) async throws {
        let (provider, world) = try await endingWorld(Locks())
        defer { provider.stop() }
        var body: JSONObject = ["secretRef": .string(reference)]
        body["credentialsExpiresAt"] = end.map { .string($0) }
        let taken = try await rotate(world, body)
        #expect(taken.status == 200, "\(taken)")
        #expect(taken.json["credentialsExpiresAt"]?.string == expected)
        let read = try await world.server.must("GET", Self.connection).json
        #expect(read["credentialsExpiresAt"]?.string == expected)
    }

    @Test func `a rollback brings the end of the old credentials back, over a restart`()
        async throws
    {
        let (provider, world) = try await endingWorld(Locks())
        defer { provider.stop() }
        let body: JSONObject = [
            "secretRef": "env://BINDERY_SECRET_B", "credentialsExpiresAt": "2099-01-01T00:00:00Z",
        ]
        #expect(try await rotate(world, body).status == 200)
        // Another end under the same reference leaves what can be returned to.
        let later: JSONObject = [
            "secretRef": "env://BINDERY_SECRET_B", "credentialsExpiresAt": "2099-02-01T00:00:00Z",
        ]
        let moved = try await rotate(world, later)
        #expect(moved.json["credentialsExpiresAt"] == "2099-02-01T00:00:00Z", "\(moved)")
        #expect(moved.json["previousSecretRef"] == "env://BINDERY_SECRET_A")
        try await world.server.end(SIGKILL)
        try await world.server.start()
        let back = try await rotate(world, ["rollback": true])
        #expect(back.json["secretRef"] == "env://BINDERY_SECRET_A", "\(back)")
        #expect(back.json["credentialsExpiresAt"]?.string == Self.oldEnd)
        // There was none before the first rotation of credentials without an end.
        let none: JSONValue = ["credentialsExpiresAt": .null]
        try await world.server.must("PATCH", Self.connection, none)
        #expect(try await rotate(world, body).status == 200)
        let unknown = try await rotate(world, ["rollback": true])
        #expect(unknown.status == 200 && unknown.json["credentialsExpiresAt"] == nil, "\(unknown)")
    }

    @Test func `a rollback by itself brings the end of the old credentials back`() async throws {
        let locks = Locks()
        let (provider, world) = try await endingWorld(locks, background: true)
        defer { provider.stop() }
        let taken = try await rotate(world, ["secretRef": "env://BINDERY_SECRET_B"])
        #expect(taken.json["credentialsExpiresAt"] == nil, "\(taken)")
        locks.accept(["key-of-old-days"])
        try await Wait.until("the rollback") {
            let read = try await world.server.must("GET", Self.connection).json
            return read["secretRef"] == "env://BINDERY_SECRET_A"
        }
        let read = try await world.server.must("GET", Self.connection).json
        #expect(read["credentialsExpiresAt"]?.string == Self.oldEnd)
    }

    @Test func `who rotates in time is told of the new end, and no more of the old one`()
        async throws
    {
        let (provider, world) = try await world(Locks())
        defer { provider.stop() }
        let server = world.server
        func days(_ count: Int) -> String {
            Date(timeIntervalSinceNow: Double(count) * 86_400).formatted(.iso8601)
        }
        let soon: JSONValue = ["credentialsExpiresAt": .string(days(2))]
        try await server.must("PATCH", Self.connection, soon)
        let body: JSONObject = [
            "secretRef": "env://BINDERY_SECRET_B", "credentialsExpiresAt": .string(days(10)),
        ]
        let taken = try await rotate(world, body)
        let end = try #require(taken.json["credentialsExpiresAt"]?.string, "\(taken)")
        let hook: JSONValue = [
            "url": .string(provider.url + "/hook"), "events": ["connection.credentials_expiring"],
        ]
        try await server.must("PUT", ProviderWorld.tenant + "/webhooks/ops", hook)
        // Who looks for such ends does so at the start.
        try await server.end(SIGKILL)
        try await server.start()
        let path = ProviderWorld.tenant + "/webhooks/ops/deliveries"
        try await Wait.until("the alert") {
            try await !(server.must("GET", path).json["items"]?.array ?? []).isEmpty
        }
        try await Wait.until("its delivery") { provider.requests.contains { $0.path == "/hook" } }
        let told = try provider.requests.filter { $0.path == "/hook" }
            .map { try JSONValue(parsing: $0.body) }
        #expect(told.map { $0["data"]?["expiresAt"]?.string } == [end])
        #expect(told.first?["data"]?["daysLeft"] == 14)
    }

    @Test func `an outage of the provider rolls nothing back`() async throws {
        let locks = Locks()
        let (provider, world) = try await world(locks, background: true)
        defer { provider.stop() }
        let taken = try await rotate(world, ["secretRef": "env://BINDERY_SECRET_B"])
        #expect(taken.status == 200, "\(taken)")
        locks.accept([])
        try await Wait.until("unhealthy") {
            let health = try await world.server.must("GET", Self.connection + "/health").json
            return (health["consecutiveFailures"]?.integer ?? 0) >= 4
        }
        let read = try await world.server.must("GET", Self.connection).json
        #expect(read["secretRef"] == "env://BINDERY_SECRET_B")
        #expect(read["previousSecretRef"] == "env://BINDERY_SECRET_A")
    }

    @Test func `after the overlap the old reference is dropped`() async throws {
        let (provider, world) = try await world(Locks(), background: true)
        defer { provider.stop() }
        let body: JSONObject = ["secretRef": "env://BINDERY_SECRET_B", "overlapSeconds": 1]
        let taken = try await rotate(world, body)
        #expect(taken.status == 200, "\(taken)")
        try await Wait.until("the end of the overlap") {
            let read = try await world.server.must("GET", Self.connection).json
            return read["previousSecretRef"] == nil
        }
        let read = try await world.server.must("GET", Self.connection)
        #expect(read.json["secretRef"] == "env://BINDERY_SECRET_B")
        // Its end changes no object: an ETag that was read before is still good.
        #expect(read["etag"] == taken["etag"])
    }
}
