import HTTPWire
import JSON
import Testing

/// Calls that come to no provider: what their callers are told, and what the trail keeps of them.
@Suite struct RefusedCallTests {
    private static let tenant = ProviderWorld.tenant
    private static let line = ProviderWorld.line

    /// What refuses a call, the capability, and how it is answered.
    private static let refusals: [(refusal: String, name: String, status: Int, code: String)] = [
        ("paused", "charge", 503, "NO_CONNECTION_AVAILABLE"),
        ("unbound", "nothing", 404, "CAPABILITY_NOT_BOUND"),
        ("archived", "charge", 404, "CONFIG_NOT_LIVE"),
        ("broken", "charge", 503, "CIRCUIT_OPEN"),
    ]

    @Test(arguments: refusals)
    func `a call that nobody serves is in the trail, and its answer names the record`(
        _ refusal: String,
        _ name: String,
        _ status: Int,
        _ code: String
    ) async throws {
        let provider = try ScriptedProvider { _ in .answer("500 Oops", body: "{}") }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        switch refusal {
        case "paused":
            try await world.server.must("POST", Self.tenant + "/connections/conn/pause", [:])
        case "archived":
            try await world.server.must("POST", Self.line + "/versions/1/archive", [:])
        case "broken": for _ in 1...5 { _ = try await world.execute() }
        default: break
        }
        let count = provider.requests.count
        let answer = try await world.execute(name)
        #expect(answer.status == status, "\(answer)")
        #expect(answer.code == code)
        // A 503 of ours names what refuses and when to come back.
        let limits: [String: JSONValue] = ["paused": "connections", "broken": "breaker"]
        #expect(answer.json["limit"] == limits[refusal])
        #expect((answer["retry-after"] != nil) == (status == 503))
        #expect(provider.requests.count == count)
        let record = try await world.record(of: answer)
        #expect(record["kind"] == "call")
        #expect(record["action"] == "capability.execute")
        #expect(record["outcome"] == "failure")
        #expect(record["error"]?["code"] == .string(code))
        #expect(record["capability"] == .string("payments.\(name)"))
        #expect(record["workflow"] == "checkout")
        #expect(record["requestId"]?.string == answer["x-request-id"])
        #expect(record["passedOver"] == answer.json["passedOver"])
        #expect(record["decision"]?["id"] == answer.json["decisionId"])
    }

    @Test func `a dry run that nobody would serve leaves no record`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        let answer = try await world.server.send(
            "POST",
            Self.line + "/capabilities/payments.nothing/execute?dryRun=true",
            ["workflow": "checkout"]
        )
        #expect(answer.code == "CAPABILITY_NOT_BOUND", "\(answer)")
        #expect(answer.json["auditId"] == nil)
        let calls = try await world.server.must("GET", Self.tenant + "/audit?kind=call")
        #expect(calls.json["items"] == [])
    }

    @Test func `who was passed over is named in every answer`() async throws {
        let provider = try ScriptedProvider { request in
            request.path == "/balance" ? .ok : .answer("402 Pay", body: "{}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.addFallback()
        let first = try await world.execute("balance")
        #expect(first.json["connectionId"] == "conn", "\(first)")
        #expect(first.json["passedOver"] == nil)
        try await world.server.must("POST", Self.tenant + "/connections/conn/pause", [:])
        let passed: JSONValue = [["connectionId": "conn", "reason": "CONNECTION_NOT_ACTIVE"]]
        let failed = try await world.execute()
        #expect(failed.code == "PROVIDER_ERROR", "\(failed)")
        #expect(failed.json["connectionId"] == "conn_b")
        #expect(failed.json["operation"] == "payments.test.charge")
        #expect(failed.json["passedOver"] == passed)
        #expect(try await world.record(of: failed)["passedOver"] == passed)
        let dry = try await world.server.send(
            "POST",
            Self.line + "/capabilities/payments.charge/execute?dryRun=true",
            ["workflow": "checkout", "input": ["amount": 1]]
        )
        #expect(dry.json["connectionId"] == "conn_b", "\(dry)")
        #expect(dry.json["passedOver"] == passed)
    }

    /// How many calls a minute the fallback takes decides whether it refuses the second one.
    @Test func `who was passed over is named where a limit refuses`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        try await world.addFallback(limits: ["rateLimit": ["rpm": 1]])
        try await world.server.must("POST", Self.tenant + "/connections/conn/pause", [:])
        #expect(try await world.execute().status == 200)
        let refused = try await world.execute()
        #expect(refused.code == "RATE_LIMITED", "\(refused)")
        #expect(refused.json["connectionId"] == "conn_b")
        #expect(
            refused.json["passedOver"]
                == [["connectionId": "conn", "reason": "CONNECTION_NOT_ACTIVE"]]
        )
    }

    /// What the provider says of its limits, and the policy that its callers are told.
    @Test(arguments: [
        (["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"], "\"provider\";q=0"),
        (
            ["X-RateLimit-Limit: 10", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"],
            "\"provider\";q=10"
        ),
        (["RateLimit: \"x\";r=0;t=30", "RateLimit-Policy: \"x\";q=7;w=60"], "\"provider\";q=7"),
    ])
    func `a limit of the provider is told like every other one`(
        _ headers: [String],
        _ policy: String
    ) async throws {
        let provider = try ScriptedProvider { _ in
            .answer("200 OK", headers: headers, body: "{}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url)
        #expect(try await world.execute().status == 200)
        let refused = try await world.execute()
        #expect(refused.status == 429, "\(refused)")
        #expect(refused.json["limit"] == "provider")
        let seconds = try #require(refused["retry-after"])
        #expect((1...30).contains(Int(seconds) ?? 0))
        #expect(refused["ratelimit-policy"] == policy)
        #expect(refused["ratelimit"] == "\"provider\";r=0;t=\(seconds)")
        #expect(provider.requests.count == 1)
    }

    @Test func `a call whose merged config breaks the schema is not sent`() async throws {
        let provider = try ScriptedProvider()
        defer { provider.stop() }
        let world = try await ProviderWorld(url: provider.url, region: "eu")
        let headers = ["Idempotency-Key: order-1"]
        let path = Self.tenant + "/connections/conn"
        let lost: JSONValue = ["config": ["region": .null]]
        try await world.server.must("PATCH", path, lost)
        for dryRun in ["?dryRun=true", ""] {
            let refused = try await world.server.send(
                "POST",
                Self.line + "/capabilities/payments.pay/execute\(dryRun)",
                ["workflow": "checkout", "input": ["amount": 5000]],
                headers: headers
            )
            #expect(refused.status == 422, "\(refused)")
            #expect(refused.code == "CONFIG_SCHEMA_VIOLATION")
            #expect(refused.json["errors"]?.array?.first?["pointer"] == "/config/region")
        }
        #expect(provider.requests.isEmpty)
        // Its owner mends it, and the caller comes back with the same key.
        let mended: JSONValue = ["config": ["region": "us"]]
        try await world.server.must("PATCH", path, mended)
        let answer = try await world.execute("pay", headers: headers)
        #expect(answer.status == 200, "\(answer)")
        #expect(provider.requests.count == 1)
    }
}
