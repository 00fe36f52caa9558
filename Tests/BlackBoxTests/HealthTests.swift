import Glibc
import HTTPWire
import JSON
import Testing
import Waiting

/// A connection is checked before it is relied on (the seed's "Security & validation").
@Suite struct HealthTests {
    private static let connection = ProviderWorld.tenant + "/connections/conn"
    private static let check: JSONValue = [
        "operation": "payments.test.balance", "timeoutMs": 2000, "unhealthyAfter": 2,
        "healthyAfter": 2,
    ]

    /// A provider that takes one key, and a world whose connection may have others.
    private func world() async throws -> (ScriptedProvider, ProviderWorld) {
        let provider = try ScriptedProvider { request in
            let isGood = request.header("authorization")?.hasPrefix("Bearer good-key") ?? false
            return isGood ? .ok : .answer("401 Unauthorized", body: "{\"error\":\"bad key\"}")
        }
        let secrets = [
            "A": "good-key-number-one", "B": "bad-key-number-two", "C": "good-key-number-three",
        ]
        let variables = secrets.map { ("BINDERY_SECRET_\($0.key)", "{\"apiKey\":\"\($0.value)\"}") }
        let world = try await ProviderWorld(
            url: provider.url,
            secrets: Dictionary(uniqueKeysWithValues: variables),
            health: Self.check
        )
        return (provider, world)
    }

    private func rotate(_ world: ProviderWorld, to name: String) async throws -> WireAnswer {
        let body: JSONValue = [
            "secretRef": .string("env://BINDERY_SECRET_\(name)"), "reason": "test",
        ]
        return try await world.server.send("POST", Self.connection + "/rotate", body)
    }

    @Test func `publishing checks the connections first`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        #expect(provider.requests.map(\.path) == ["/balance"])
        let health = try await world.server.must("GET", Self.connection + "/health")
        #expect(health.json["status"] == "healthy", "\(health)")
    }

    @Test
    func `a publish waits no longer for its checks than its bound, and leaves nothing behind`()
        async throws
    {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        var check = Self.check.object ?? [:]
        check["timeoutMs"] = 120_000
        let world = try await ProviderWorld(
            url: provider.url,
            flags: ["--health-publish-seconds", "1", "--health-fresh-seconds", "1"],
            health: .object(check)
        )
        // More than are checked at a time, of which the last one alone would be well.
        let ids = (0..<10).map { "slow_\($0)" }
        for id in ids {
            let slow = ProviderWorld.connection("env://BINDERY_SECRET_A")
                .setting(.string(id), at: ["meta", "id"])
            try await world.server.must("POST", ProviderWorld.tenant + "/connections", slow)
        }
        let bindings = ids.enumerated()
            .map { index, id -> JSONValue in
                [
                    "slotId": "payments.primary", "connectionId": .string(id),
                    "priority": .integer(Int64(index)),
                ]
            }
        let config = ProviderWorld.config.setting(.array(bindings), at: ["integrations"])
        try await world.server.must("POST", ProviderWorld.line + "/versions", config)
        provider.reply { _ in .hold }
        let publish = ProviderWorld.line + "/versions/2/publish"
        let refused = try await world.server.send("POST", publish, [:])
        #expect(refused.status == 503 && refused.code == "HEALTH_CHECKS_UNFINISHED", "\(refused)")
        let detail = refused.json["detail"]?.string ?? ""
        #expect(detail.contains("slow_0, slow_1, slow_2, slow_3, slow_4 and 5 more"))
        #expect(detail.contains("health.publishSeconds"))
        // What was broken off says nothing of its connection, and is in the trail.
        let path = ProviderWorld.tenant + "/connections/slow_0"
        let health = try await world.server.must("GET", path + "/health").json
        #expect(health["status"] == "unknown" && health["checkedAt"] == .null, "\(health)")
        let trail = ProviderWorld.tenant + "/audit?kind=health&connection=slow_0"
        let records = try await world.server.must("GET", trail).json["items"]?.array ?? []
        #expect(records.map { $0["outcome"] } == ["failure"])
        // Nothing is held up by it, and the same publish passes when the provider is well again.
        provider.reply { _ in .ok }
        #expect(try await world.execute("balance").status == 200)
        let passed = try await world.server.send("POST", publish, [:])
        #expect(passed.status == 200, "\(passed)")
        #expect(try await world.server.end(SIGTERM) == .exit(0))
    }

    @Test func `what fails its check is not published, and says why`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let path = ProviderWorld.tenant + "/connections"
        let bad = ProviderWorld.connection("env://BINDERY_SECRET_B")
            .setting("conn_bad", at: ["meta", "id"])
        try await world.server.must("POST", path, bad)
        let binding: JSONValue = ["slotId": "payments.primary", "connectionId": "conn_bad"]
        let config = ProviderWorld.config.setting([binding], at: ["integrations"])
        try await world.server.must("POST", ProviderWorld.line + "/versions", config)
        let refused = try await world.server.send(
            "POST",
            ProviderWorld.line + "/versions/2/publish",
            [:]
        )
        #expect(refused.status == 422, "\(refused)")
        #expect(refused.code == "VALIDATION_FAILED")
        #expect(refused.text.contains("HEALTH_CHECK_FAILED"))
        let health = try await world.server.must("GET", path + "/conn_bad/health")
        #expect(health.json["consecutiveFailures"] == 1)
        #expect(health.json["errorCode"] == "PROVIDER_ERROR")
        // The version that was live before goes on serving.
        #expect(try await world.execute().status == 200)
    }

    /// A set with a new connection, and a config for staging that binds it and is to be live.
    private static func set(_ id: String, secret: String) -> JSONValue {
        let connection = ProviderWorld.connection("env://BINDERY_SECRET_\(secret)")
            .setting(.string(id), at: ["meta", "id"])
            .setting("staging", at: ["meta", "environment"])
        let binding: JSONValue = ["slotId": "payments.primary", "connectionId": .string(id)]
        let config = ProviderWorld.config.setting([binding], at: ["integrations"])
            .setting("invoice-app", at: ["meta", "blueprintName"])
            .setting("staging", at: ["meta", "environment"])
            .setting("published", at: ["meta", "status"])
        return [
            "objects": [
                ["kind": "TenantAppConfig", "tenantId": "acme-corp", "object": config],
                ["kind": "IntegrationConnection", "tenantId": "acme-corp", "object": connection],
            ]
        ]
    }

    @Test func `a set publishes nothing whose connection fails its check`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let before = provider.requests.count
        let dry = try await world.server.send(
            "POST",
            "/v1/apply?dryRun=true",
            Self.set("conn_bad", secret: "B")
        )
        #expect(dry.status == 200, "\(dry)")
        #expect(provider.requests.count == before)
        let refused = try await world.server.send(
            "POST",
            "/v1/apply",
            Self.set("conn_bad", secret: "B")
        )
        #expect(refused.status == 422, "\(refused)")
        #expect(refused.code == "VALIDATION_FAILED")
        #expect(refused.text.contains("HEALTH_CHECK_FAILED"))
        #expect(provider.requests.count == before + 1)
        let path = ProviderWorld.tenant + "/connections/"
        #expect(try await world.server.send("GET", path + "conn_bad").status == 404)

        try await world.server.must("POST", "/v1/apply", Self.set("conn_good", secret: "C"))
        let health = try await world.server.must("GET", path + "conn_good/health")
        #expect(health.json["status"] == "healthy", "\(health)")
        #expect(provider.requests.count == before + 2)
        // What is live already is not checked again.
        try await world.server.must("POST", "/v1/apply", Self.set("conn_good", secret: "C"))
        #expect(provider.requests.count == before + 2)
    }

    @Test func `a secret that does not work takes nothing over`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let refused = try await rotate(world, to: "B")
        #expect(refused.status == 422, "\(refused)")
        #expect(refused.code == "HEALTH_CHECK_FAILED")
        let kept = try await world.server.must("GET", Self.connection)
        #expect(kept.json["secretRef"] == "env://BINDERY_SECRET_A")
        #expect(kept.json["health"]?["status"] == "healthy")
        let missing = try await rotate(world, to: "NONE")
        #expect(missing.code == "HEALTH_CHECK_FAILED")
        #expect(try await world.execute().status == 200)

        let taken = try await rotate(world, to: "C")
        #expect(taken.status == 200, "\(taken)")
        #expect(taken.json["secretRef"] == "env://BINDERY_SECRET_C")
        #expect(try await world.execute().status == 200)
        #expect(provider.requests.last?.header("authorization") == "Bearer good-key-number-three")
    }

    @Test func `a secret takes nothing over when the provider would not look at it`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        provider.reply { _ in .answer("429 Too Many Requests", body: "{}") }
        let refused = try await rotate(world, to: "B")
        #expect(refused.status == 503 && refused.code == "HEALTH_CHECK_INCONCLUSIVE", "\(refused)")
        #expect(refused["retry-after"] == "30")
        let connection = try await world.server.must("GET", Self.connection).json
        #expect(connection["secretRef"] == "env://BINDERY_SECRET_A")
        #expect(connection["health"]?["status"] == "healthy")
        provider.reply { _ in .ok }
        #expect(try await rotate(world, to: "B").status == 200)
    }

    @Test func `a connection that is down is mended by a secret that works, at the first try`()
        async throws
    {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let reference: JSONValue = ["secretRef": "env://BINDERY_SECRET_B"]
        try await world.server.must("PATCH", Self.connection, reference)
        for _ in 1...2 { try await world.server.must("POST", Self.connection + "/test") }
        let down = try await world.server.must("GET", Self.connection + "/health")
        #expect(down.json["status"] == "unhealthy")
        let answer = try await world.execute()
        #expect(answer.status == 503, "\(answer)")
        #expect(answer.code == "NO_CONNECTION_AVAILABLE")
        #expect(answer.text.contains("CONNECTION_UNHEALTHY"))

        let mended = try await rotate(world, to: "A")
        #expect(mended.status == 200, "\(mended)")
        #expect(mended.json["health"]?["status"] == "degraded")
        #expect(try await world.execute().status == 200)
    }

    @Test func `health moves no revision, and survives a restart`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let before = try await world.server.must("GET", Self.connection)
        try await world.server.must("POST", Self.connection + "/test")
        let after = try await world.server.must("GET", Self.connection)
        #expect(after["etag"] == before["etag"])
        #expect(after["bindery-revision"] == before["bindery-revision"])
        #expect(try await world.server.restart() == .exit(0))
        let next = try await world.server.must("GET", Self.connection)
        #expect(next.json == after.json)
    }

    @Test func `a revoked connection is called by nobody`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        try await world.server.must("POST", Self.connection + "/revoke", ["reason": "left"])
        let count = provider.requests.count
        let test = try await world.server.send("POST", Self.connection + "/test", [:])
        #expect(test.code == "CONNECTION_REVOKED")
        #expect(try await rotate(world, to: "C").code == "CONNECTION_REVOKED")
        let answer = try await world.execute()
        #expect(answer.status == 403, "\(answer)")
        #expect(provider.requests.count == count)
    }
}
