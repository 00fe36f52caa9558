import Audit
import JSON
import Model
import Platform
import Testing

@testable import Execution

@Suite struct ExecutorTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    private func world(_ script: @escaping FakeProvider.Script) async throws -> ExecutionWorld {
        try await ExecutionWorld(script)
    }

    private func answering(_ body: String, headers: [String] = []) async throws -> ExecutionWorld {
        try await world { _ in .answer("200 OK", headers, body: body) }
    }

    @Test func `a call reaches the provider as the spec says`() async throws {
        let world = try await answering(
            #"{"id":"pi_1"}"#,
            headers: ["Request-Id: req_9", "Content-Type: application/json"]
        )
        let spec = try world.spec(["encoding": "form", "idempotencyHeader": "Idempotency-Key"])
        let call = try world.call(spec) { call in
            call.trace = TraceContext(
                "00-\(Self.trace)-00f067aa0ba902b7-01",
                state: "rojo=1"
            )
            call.idempotencyKey = "mine"
        }
        let result = try await world.success(call)
        #expect(result.output == ["id": "pi_1"])
        #expect(result.providerStatus == 200)
        #expect(result.providerRequestID == "req_9")
        #expect(result.attempts == 1)
        #expect(result.json["operation"] == "test.pay")
        let seen = try #require(world.provider.requests.first)
        #expect((seen.method, seen.target, seen.text) == ("POST", "/v1/pay", "amount=5000"))
        #expect(seen.header("authorization") == "Bearer \(SampleSpec.secretText)")
        #expect(seen.header("content-type") == "application/x-www-form-urlencoded")
        #expect(seen.header("accept") == "application/json")
        #expect(seen.header("user-agent") == "bindery")
        #expect(seen.header("idempotency-key") == "mine")
        let traceparent = try #require(seen.header("traceparent"))
        #expect(traceparent.hasPrefix("00-\(Self.trace)-"))
        #expect(traceparent.hasSuffix("-01"))
        #expect(seen.header("tracestate") == "rojo=1")
        #expect(!traceparent.contains("00f067aa0ba902b7"))
    }

    @Test func `a call without a key gets a fresh one, and a trace of its own`() async throws {
        let world = try await answering("{}")
        let call = try world.call(try world.spec(["idempotencyHeader": "Idempotency-Key"]))
        for _ in 0..<2 { _ = try await world.success(call) }
        let seen = world.provider.requests
        let keys = Set(seen.compactMap { $0.header("idempotency-key") })
        let traces = Set(seen.compactMap { $0.header("traceparent") })
        #expect(keys.count == 2)
        #expect(traces.count == 2)
    }

    @Test(arguments: [
        ("[1]", JSONValue.array([1])), ("", .null), ("so it is", "so it is"),
        ("{\"a\":1", "{\"a\":1"),
        ("\"text\"", "text"), ("5", 5),
    ])
    func `the output is JSON, text or nothing`(_ body: String, _ output: JSONValue) async throws {
        let world = try await answering(body)
        #expect(try await world.success(try world.call(try world.spec())).output == output)
    }

    @Test func `the record tells both sides and not the secret`() async throws {
        let world = try await world { request in
            let echo = JSONValue.object([
                "id": "pi_1", "authorization": .string(request.header("authorization") ?? ""),
                "apiKey": "other",
            ])
            return .answer("201 Created", ["Set-Cookie: a=b", "X-A: 1"], body: echo.serializedText)
        }
        let call = try world.call(try world.spec()) { call in
            call.requestID = "r1"
            call.revision = 812
            call.passedOver = [AuditPassedOver(connectionID: "conn_b", reason: "CIRCUIT_OPEN")]
        }
        let result = try await world.success(call)
        let record = try await world.record(result.auditID).json
        let expected: [(String, JSONValue)] = [
            ("kind", "call"), ("outcome", "success"), ("tenantId", "acme"),
            ("workflow", "checkout"),
            ("environment", "production"), ("capability", "pay"), ("operation", "test.pay"),
            ("slotId", "payments.primary"), ("connectionId", "conn_a"), ("attempts", 1),
            ("requestId", "r1"), ("revision", 812), ("blueprint", "invoice-app"),
            ("passedOver", [["connectionId": "conn_b", "reason": "CIRCUIT_OPEN"]]),
        ]
        for (member, value) in expected { #expect(record[member] == value, "\(member)") }
        #expect(record["request"]?["method"] == "POST")
        #expect(record["request"]?["url"]?.string == world.provider.url("/v1/pay"))
        #expect(record["request"]?["headers"]?["Authorization"] == "[redacted]")
        #expect(record["request"]?["body"] == ["amount": 5000])
        #expect(record["response"]?["status"] == 201)
        #expect(record["response"]?["headers"]?["Set-Cookie"] == "[redacted]")
        let body: JSONValue = [
            "id": "pi_1", "authorization": "[redacted]", "apiKey": "[redacted]",
        ]
        #expect(record["response"]?["body"] == body)
        #expect(try await !world.audit(holds: "3n+s3cr3t"))
        #expect((record["latencyMs"]?.double ?? -1) >= 0)
    }

    @Test func `an answer that echoes the credential does not hand it out`() async throws {
        let world = try await world { request in
            .answer(body: "got \(request.header("authorization") ?? ""), apiKey: kept")
        }
        let result = try await world.success(try world.call(try world.spec()))
        #expect(result.output == "got Bearer [redacted], apiKey: kept")
    }

    @Test func `a secret in the query is in no record, however it is spelt`() async throws {
        let world = try await world { request in .answer(body: "you asked \(request.target)") }
        let spec = try world.spec { spec in
            spec["auth"] = [["type": "api-key", "secretField": "apiKey", "queryParam": "zz"]]
        }
        let result = try await world.success(try world.call(spec))
        #expect(world.provider.requests[0].target == "/v1/pay?zz=tok%2F3n%2Bs3cr3t%3Dabc")
        let record = try await world.record(result.auditID).json
        #expect(record["request"]?["url"]?.string?.hasSuffix("/v1/pay?zz=[redacted]") == true)
        #expect(record["response"]?["body"] == "you asked /v1/pay?zz=[redacted]")
        #expect(result.output == "you asked /v1/pay?zz=[redacted]")
    }

    @Test func `an input that breaks the schema does not reach the provider`() async throws {
        let world = try await answering("{}")
        let schema: JSONValue = [
            "type": "object", "required": ["currency"], "additionalProperties": false,
            "properties": ["amount": ["type": "integer"], "currency": ["type": "string"]],
        ]
        let spec = try world.spec(["inputSchema": schema])
        let input: JSONValue = ["amount": "x", "more": 1]
        let failure = try await world.failure(try world.call(spec, input: input))
        #expect(failure.reason.code == "INVALID_INPUT")
        #expect(failure.reason.status == 422)
        let issues = Set(failure.reason.issues.map { "\($0.code.rawValue) \($0.pointer)" })
        #expect(issues.contains("WRONG_TYPE /input/amount"))
        #expect(issues.contains("UNKNOWN_FIELD /input/more"))
        #expect(issues.contains { $0.hasPrefix("MISSING_FIELD /input") })
        #expect(world.provider.requests.isEmpty)
        let record = try await world.record(failure.auditID).json
        #expect(record["outcome"] == "failure")
        #expect(record["error"]?["code"] == "INVALID_INPUT")
        #expect(record["request"] == nil)
        #expect(record["attempts"] == 0)
    }

    @Test func `a secret that is not there, not readable, not named`() async throws {
        let world = try await answering("{}")
        try world.write(#"{"other": "x"}"#, to: "other.json")
        try world.write("{broken", to: "broken.json")
        for reference in ["file://nothing.json", "file://other.json", "file://broken.json", nil] {
            let connection = try SampleSpec.connection(secretRef: reference)
            let call = try world.call(try world.spec(), connection: connection)
            let failure = try await world.failure(call)
            #expect(failure.reason.code == "SECRET_UNAVAILABLE", "\(reference ?? "none")")
            #expect(failure.reason.status == 502)
            let record = try await world.record(failure.auditID)
            #expect(record.outcome == .failure)
        }
        #expect(world.provider.requests.isEmpty)
    }

    @Test func `limits refuse with the time to wait`() async throws {
        let world = try await answering("{}")
        let limits: JSONValue = ["rateLimit": ["rpm": 2], "quotas": ["callsPerDay": 1]]
        let connection = try SampleSpec.connection(limits: limits)
        let call = try world.call(try world.spec(), connection: connection)
        _ = try await world.success(call)
        let failure = try await world.failure(call)
        #expect(failure.reason.code == "QUOTA_EXCEEDED")
        #expect(failure.reason.status == 429)
        #expect(failure.reason.retryAfterSeconds == 3600)
        #expect(failure.members["limit"] == "callsPerDay")
        #expect(world.provider.requests.count == 1)
        let usage = await world.executor.usage(of: connection, call.constraints)
        #expect(usage["requests"] == 1)
        #expect(try await world.record(failure.auditID).outcome == .failure)
    }

    @Test func `concurrency is freed when a call ends`() async throws {
        let world = try await world { _ in [.hold] }
        let connection = try SampleSpec.connection(limits: ["concurrency": 1])
        let call = try world.call(try world.spec(), connection: connection)
        async let held = world.executor.execute(call)
        try await world.provider.received(1)
        #expect(try await world.failure(call).reason.code == "CONCURRENCY_LIMITED")
        world.provider.release()
        _ = try await held.get()
        _ = try await world.success(call)
    }

    @Test func `an audit that cannot be written stops calls, unless it may fail`() async throws {
        let world = try await answering("{}")
        let call = try world.call(try world.spec())
        await world.trail.close()
        let failure = try await world.failure(call)
        #expect(failure.reason == .auditUnavailable(wasSent: false))
        #expect(failure.auditID == nil)
        #expect(world.provider.requests.isEmpty)
        var configuration = ExecutionConfiguration()
        configuration.auditFailsOpen = true
        let open = try await ExecutionWorld(configuration: configuration) { _ in .answer(body: "{}")
        }
        await open.trail.close()
        let result = try await open.success(try open.call(try open.spec()))
        #expect(result.auditID == nil)
    }

    @Test func `a record that is lost after the call was sent is said`() async throws {
        var audit = AuditTrail.Configuration()
        audit.pendingCountMax = 0
        let world = try await ExecutionWorld(audit: audit) { _ in .answer(body: "{}") }
        let failure = try await world.failure(try world.call(try world.spec()))
        #expect(failure.reason == .auditUnavailable(wasSent: true))
        #expect(failure.reason.status == 503)
        #expect(world.provider.requests.count == 1)
    }
}
