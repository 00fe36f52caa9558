import Glibc
import HTTPWire
import JSON
import Synchronization
import Testing
import Waiting

/// Connections are checked while nobody asks, at the interval of their spec.
@Suite struct BackgroundHealthTests {
    static let connection = ProviderWorld.tenant + "/connections/conn"
    static let flags = ["--health-scheduler", "true", "--health-interval-seconds", "1"]

    static func check(_ change: JSONObject = [:]) -> JSONValue {
        var check: JSONObject = [
            "operation": "payments.test.balance", "timeoutMs": 2000, "intervalSeconds": 1,
            "unhealthyAfter": 2, "healthyAfter": 1,
        ]
        for member in change { check[member.key] = member.value }
        return .object(check)
    }

    /// A provider that is well or not, as the test says.
    private final class Mood: Sendable {
        private let word = Mutex("200 OK")

        func turn(_ status: String) { word.withLock { $0 = status } }

        var reply: ScriptedProvider.Reply {
            let status = word.withLock { $0 }
            return status == "hold" ? .hold : .answer(status, body: "{\"id\":\"b_1\"}")
        }
    }

    private func world(
        _ mood: Mood,
        _ check: JSONObject = [:]
    ) async throws -> (ScriptedProvider, ProviderWorld) {
        let provider = try ScriptedProvider { _ in mood.reply }
        let world = try await ProviderWorld(
            url: provider.url,
            flags: Self.flags,
            health: Self.check(check)
        )
        return (provider, world)
    }

    private func health(_ server: BinderyServer) async throws -> JSONValue {
        try await server.must("GET", Self.connection + "/health").json
    }

    private func until(_ status: String, _ server: BinderyServer) async throws {
        try await Wait.until("the connection is \(status)") {
            try await health(server)["status"]?.string == status
        }
    }

    private func words(_ health: JSONValue) -> [String] {
        let items = health["history"]?.array ?? []
        return items.filter { $0["from"] != nil }.compactMap { $0["status"]?.string }
    }

    @Test func `a provider that fails is noticed, passed over, and taken back`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood)
        defer { provider.stop() }
        #expect(try await world.execute("balance").status == 200)
        mood.turn("500 Broken")
        try await until("unhealthy", world.server)
        let refused = try await world.execute("balance")
        #expect(refused.status == 503)
        #expect(refused.text.contains("CONNECTION_UNHEALTHY"))
        mood.turn("200 OK")
        try await until("healthy", world.server)
        #expect(try await world.execute("balance").status == 200)
        let health = try await health(world.server)
        #expect(words(health) == ["healthy", "unhealthy", "degraded", "healthy"])
        // What was called by checks counts for no limit.
        let usage = try await world.server.must("GET", Self.connection + "/usage").json
        #expect(usage["requests"] == 2)
        let metric = try await world.server.metric("bindery_health_transitions_total")
        #expect(metric >= 3)
    }

    @Test
    func `each change of status is in the audit with what was found, and a steady one is not`()
        async throws
    {
        let mood = Mood()
        let (provider, world) = try await world(mood)
        defer { provider.stop() }
        mood.turn("503 Broken")
        try await until("unhealthy", world.server)
        // Some more checks that change nothing.
        let count = provider.requests.count
        try await Wait.until("more checks") { provider.requests.count >= count + 2 }
        let page = try await world.server.must("GET", ProviderWorld.tenant + "/audit?kind=health")
        let records = page.json["items"]?.array ?? []
        let background = records.filter { $0["actor"]?["id"] == "health" }
        #expect(background.count == 2)
        let last = try #require(background.first)
        #expect(last["action"] == "connection.check")
        #expect(last["outcome"] == "failure")
        #expect(last["connectionId"] == "conn")
        let id = try #require(last["id"]?.string)
        let whole = try await world.server.must("GET", ProviderWorld.tenant + "/audit/\(id)").json
        #expect(whole["before"]?["health"]?["status"] == "degraded")
        #expect(whole["after"]?["health"]?["status"] == "unhealthy")
        #expect(whole["response"]?["status"] == 503)
    }

    @Test func `a change of status is an event, for those who may see the environment`()
        async throws
    {
        let mood = Mood()
        let (provider, world) = try await world(mood)
        defer { provider.stop() }
        func key(_ environment: String) async throws -> String {
            let body: JSONValue = [
                "roles": ["tenant-admin"], "environments": [.string(environment)], "name": "e",
            ]
            let made = try await world.server.must("POST", ProviderWorld.tenant + "/keys", body)
            return try #require(made.json["key"]?.string)
        }
        let target = "/v1/events?from=0&kind=connection"
        let streams = [
            try await world.server.stream(target, key: try await key("sandbox")),
            try await world.server.stream(target, key: try await key("production")),
        ]
        mood.turn("500 Broken")
        try await Wait.until("the event") {
            for stream in streams { try stream.read() }
            return streams[0].events.contains { $0.data["object"]?["status"] == "unhealthy" }
        }
        let last = try #require(streams[0].events.last { $0.name == "connection.health" })
        #expect(last.id == "")
        let event = last.data
        #expect(event["id"] == "conn")
        #expect(event["index"] == .null)
        #expect(event["object"]?["from"] == "degraded")
        #expect(event["actor"]?["id"] == "health")
        // One connection is made later in the other environment, so that nothing is on its way.
        let other = ProviderWorld.connection("env://BINDERY_SECRET_A")
            .setting("other", at: ["meta", "id"])
            .setting("production", at: ["meta", "environment"])
        try await world.server.must("POST", ProviderWorld.tenant + "/connections", other)
        try await Wait.until("the other connection") {
            try streams[1].read()
            return streams[1].text.contains("event: connection.created")
        }
        #expect(!streams[1].text.contains("connection.health"))
    }

    @Test func `a check that finds nothing out tells nothing again`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood)
        defer { provider.stop() }
        let stream = try await world.server.stream("/v1/events?from=0&kind=connection")
        mood.turn("500 Broken")
        try await until("unhealthy", world.server)
        mood.turn("429 Too Many Requests")
        let name = "bindery_health_transitions_total"
        let transitions = try await world.server.metric(name)
        let before = try await health(world.server)
        let count = provider.requests.count
        try await Wait.until("three checks") { provider.requests.count >= count + 3 }
        // And one that somebody asks for.
        try await world.server.must("POST", Self.connection + "/test", [:])
        #expect(try await world.server.metric(name) == transitions)
        let after = try await health(world.server)
        #expect(after["checkedAt"] == before["checkedAt"] && after["status"] == "unhealthy")
        #expect(words(after) == words(before))
        let path = ProviderWorld.tenant + "/audit?kind=health&limit=100"
        let items = try await world.server.must("GET", path).json["items"]?.array ?? []
        // Background checks leave records of changes alone: degraded, unhealthy.
        #expect(items.filter { $0["actor"]?["id"] == "health" }.count == 2)
        mood.turn("200 OK")
        try await until("healthy", world.server)
        try await Wait.until("the last event") {
            try stream.read()
            return stream.events.contains {
                $0.name == "connection.health" && $0.data["object"]?["status"] == "healthy"
                    && $0.data["object"]?["from"] == "unhealthy"
            }
        }
        let told = stream.events.filter { $0.name == "connection.health" }
            .compactMap { $0.data["object"]?["status"]?.string }
        #expect(told.filter { $0 == "unhealthy" }.count == 1, "\(told)")
    }

    @Test func `a steady connection costs the ledger nothing`() async throws {
        let (provider, world) = try await world(Mood())
        defer { provider.stop() }
        try await until("healthy", world.server)
        let before = try await world.server.metric("bindery_ledger_position")
        let count = provider.requests.count
        try await Wait.until("five checks") { provider.requests.count >= count + 5 }
        #expect(try await world.server.metric("bindery_ledger_position") == before)
        let history = try await health(world.server)["history"]?.array ?? []
        #expect(history.count > 4)
        let times = history.compactMap { $0["at"]?.string }
        #expect(times == times.sorted(by: >))
    }

    @Test func `a kill keeps the transitions, and the checks go on`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood)
        defer { provider.stop() }
        mood.turn("500 Broken")
        try await until("unhealthy", world.server)
        let before = try await health(world.server)
        try await world.server.end(SIGKILL)
        try await world.server.start()
        let after = try await health(world.server)
        #expect(after["status"] == "unhealthy")
        #expect(words(after) == words(before))
        let old = (before["history"]?.array ?? []).filter { $0["from"] != nil }
        let new = (after["history"]?.array ?? []).filter { $0["from"] != nil }
        #expect(new.map { $0["at"] } == old.map { $0["at"] })
        #expect(after["checkedAt"]?.string != nil)
        mood.turn("200 OK")
        try await until("healthy", world.server)
    }

    @Test func `a check that hangs is a timeout, and does not hold up the end`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood, ["timeoutMs": 300])
        defer { provider.stop() }
        mood.turn("hold")
        try await until("unhealthy", world.server)
        #expect(try await health(world.server)["errorCode"] == "PROVIDER_TIMEOUT")
    }

    @Test func `the end does not wait for a check`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood, ["timeoutMs": 120_000])
        defer { provider.stop() }
        mood.turn("hold")
        let count = provider.requests.count
        try await Wait.until("a check") { provider.requests.count > count }
        #expect(try await world.server.end(SIGTERM) == .exit(0))
        // What was ended found nothing.
        try await world.server.start()
        #expect(try await health(world.server)["status"] == "healthy")
    }

    @Test(arguments: ["pause", "revoke"])
    func `what leaves service in the middle of a check is checked no more`(
        _ action: String
    )
        async throws
    {
        let mood = Mood()
        let (provider, world) = try await world(mood, ["timeoutMs": 120_000])
        defer { provider.stop() }
        mood.turn("hold")
        let count = provider.requests.count
        try await Wait.until("a check") { provider.requests.count > count }
        try await world.server.must("POST", Self.connection + "/\(action)", ["reason": "test"])
        try await Wait.until("no check runs") {
            try await world.server.metric("bindery_health_checks_running") == 0
        }
        #expect(try await world.server.metric("bindery_health_connections") == 0)
        #expect(try await health(world.server)["status"] == "healthy")
        guard action == "pause" else { return }
        mood.turn("500 Broken")
        try await world.server.must("POST", Self.connection + "/resume", ["reason": "test"])
        try await until("unhealthy", world.server)
    }

    @Test func `what is deleted in the middle of a check leaves nothing`() async throws {
        let mood = Mood()
        let (provider, world) = try await world(mood, ["timeoutMs": 120_000])
        defer { provider.stop() }
        try await world.server.must("POST", ProviderWorld.line + "/versions/1/archive", [:])
        mood.turn("hold")
        let count = provider.requests.count
        try await Wait.until("a check") { provider.requests.count > count }
        try await world.server.must("DELETE", Self.connection)
        try await Wait.until("no check runs") {
            try await world.server.metric("bindery_health_checks_running") == 0
        }
        let connections = ProviderWorld.tenant + "/connections"
        try await world.server.must(
            "POST",
            connections,
            ProviderWorld.connection("env://BINDERY_SECRET_A")
        )
        let health = try await health(world.server)
        #expect(health["history"] == [])
        #expect(health["status"] == "unknown")
    }

    @Test func `a provider that comes and goes is not called healthy`() async throws {
        let turn = Mutex(0)
        let provider = try ScriptedProvider { _ in
            let turn = turn.withLock { turn in
                turn += 1
                return turn
            }
            return turn % 2 == 1 ? .ok : .answer("500 Broken", body: "{}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(
            url: provider.url,
            flags: Self.flags,
            health: Self.check(["unhealthyAfter": 100])
        )
        try await Wait.until("it flaps") { try await health(world.server)["isFlapping"] == true }
        let transitions = words(try await health(world.server)).count
        let count = provider.requests.count
        try await Wait.until("more checks") { provider.requests.count >= count + 4 }
        let later = try await health(world.server)
        #expect(later["status"] == "degraded")
        #expect(words(later).count == transitions)
    }
}
