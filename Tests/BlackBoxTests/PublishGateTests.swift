import HTTPWire
import JSON
import Testing

/// The gates of a publish that look outside of the store: health checks and secrets.
@Suite struct PublishGateTests {
    private static let versions = ProviderWorld.line + "/versions"

    /// A provider that takes one key, refuses another, and wants a third to ask less often.
    private func world() async throws -> (ScriptedProvider, ProviderWorld) {
        let provider = try ScriptedProvider { request in
            let key = request.header("authorization") ?? ""
            if key.contains("good") { return .ok }
            let status = key.contains("busy") ? "429 Too Many Requests" : "401 Unauthorized"
            return .answer(status, body: "{\"error\":\"no\"}")
        }
        let keys = ["A": "good-key-1", "B": "bad-key-2", "C": "busy-key-3"]
        let variables = keys.map { ("BINDERY_SECRET_\($0.key)", "{\"apiKey\":\"\($0.value)\"}") }
        let world = try await ProviderWorld(
            url: provider.url,
            secrets: Dictionary(uniqueKeysWithValues: variables),
            health: ["operation": "payments.test.balance", "timeoutMs": 5000]
        )
        return (provider, world)
    }

    /// A new draft that binds a new connection with this secret; its path.
    private func draft(_ world: ProviderWorld, _ secret: String) async throws -> String {
        let id = "conn-\(secret.lowercased())"
        let connection = ProviderWorld.connection("env://BINDERY_SECRET_\(secret)")
            .setting(.string(id), at: ["meta", "id"])
        try await world.server.must("POST", ProviderWorld.tenant + "/connections", connection)
        let binding: JSONValue = [
            "slotId": "payments.primary", "connectionId": .string(id),
        ]
        let config = ProviderWorld.config.setting([binding], at: ["integrations"])
        let made = try await world.server.must("POST", Self.versions, config)
        let number = try #require(made.json["meta"]?["version"]?.integer)
        return "\(Self.versions)/\(number)/publish"
    }

    private func gate(_ answer: WireAnswer, _ name: String) -> JSONValue? {
        answer.json["gates"]?.array?.first { $0["gate"]?.string == name }
    }

    private func code(_ gate: JSONValue?) -> String? {
        gate?["issues"]?.array?.first?["code"]?.string
    }

    @Test func `a check that is missing is run by a rehearsal too, which keeps nothing of it`()
        async throws
    {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let target = try await draft(world, "A")
        let count = provider.requests.count
        let health = ProviderWorld.tenant + "/connections/conn-a/health"
        let before = try await world.server.must("GET", health).json
        for run in 1...2 {
            let rehearsed = try await world.server.send("POST", target + "?dryRun=true", [:])
            #expect(rehearsed.status == 200, "\(rehearsed)")
            #expect(gate(rehearsed, "HEALTH")?["verdict"] == "passed", "\(rehearsed)")
            #expect(gate(rehearsed, "SECRETS")?["verdict"] == "passed")
            #expect(provider.requests.count == count + run)
        }
        #expect(try await world.server.must("GET", health).json == before)
        let published = try await world.server.send("POST", target, [:])
        #expect(published.status == 200, "\(published)")
        #expect(gate(published, "HEALTH")?["verdict"] == "passed")
        #expect(provider.requests.count == count + 3)
        // Of what is fresh both know, and ask nobody.
        let fresh = ProviderWorld.line + "/rollback?dryRun=true"
        let known = try await world.server.send("POST", fresh, ["toVersion": 2])
        #expect(gate(known, "HEALTH")?["verdict"] == "passed", "\(known)")
        #expect(provider.requests.count == count + 3)
    }

    @Test(arguments: ["?dryRun=true", ""])
    func `a check that fails stops the publish at its gate, and its rehearsal alike`(
        _ query: String
    ) async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let target = try await draft(world, "B") + query
        let answer = try await world.server.send("POST", target, [:])
        #expect(answer.status == 422 && answer.code == "VALIDATION_FAILED", "\(answer)")
        #expect(gate(answer, "HEALTH")?["verdict"] == "failed")
        #expect(code(gate(answer, "HEALTH")) == "HEALTH_CHECK_FAILED")
        #expect(gate(answer, "HEALTH")?["temporary"] == nil)
        for name in ["VALIDATION", "CONNECTIONS", "SECRETS", "ENVIRONMENTS"] {
            #expect(gate(answer, name)?["verdict"] == "passed", "\(name)")
        }
        let health = ProviderWorld.tenant + "/connections/conn-b/health"
        let kept = try await world.server.must("GET", health).json["status"]
        #expect(kept == (query.isEmpty ? "degraded" : "unknown"))
    }

    @Test(arguments: ["?dryRun=true", ""])
    func `a provider that wants to be asked less often leaves the check unfinished`(
        _ query: String
    ) async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let target = try await draft(world, "C") + query
        let answer = try await world.server.send("POST", target, [:])
        #expect(answer.status == 503, "\(answer)")
        #expect(answer.code == "HEALTH_CHECKS_UNFINISHED")
        #expect(answer["retry-after"] == "1")
        #expect(gate(answer, "HEALTH")?["verdict"] == "failed")
        #expect(gate(answer, "HEALTH")?["temporary"] == true)
        #expect(code(gate(answer, "HEALTH")) == "HEALTH_CHECK_STALE")
        #expect(gate(answer, "SECRETS")?["verdict"] == "passed")
        let live = try await world.server.must("GET", ProviderWorld.line + "/resolved")
        #expect(live.json["configVersion"] == 1)
    }

    @Test func `in sandbox a secret that is missing is named, and is no error`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let target = try await draft(world, "NONE")
        for query in ["?dryRun=true", ""] {
            let answer = try await world.server.send("POST", target + query, [:])
            #expect(gate(answer, "SECRETS")?["verdict"] == "notRequired", "\(answer)")
            #expect(code(gate(answer, "SECRETS")) == "SECRET_UNAVAILABLE")
        }
    }
}
