import Audit
import JSON
import Model
import Testing

@testable import Execution

@Suite struct HealthCheckerTests {
    private func world(_ status: String, body: String = "{}") async throws -> ExecutionWorld {
        try await ExecutionWorld { request in
            request.header("authorization") == "Bearer new-secret-value"
                ? .answer(body: "{}") : .answer(status, [], body: body)
        }
    }

    private func spec(_ world: ExecutionWorld, timeout: Int64 = 5000) throws -> IntegrationSpec {
        try world.spec([
            "method": "GET", "path": "/ping/{{config.region}}", "body": nil, "encoding": nil,
        ]) {
            $0["healthCheck"] = [
                "operation": "test.pay", "timeoutMs": .integer(timeout), "unhealthyAfter": 2,
            ]
        }
    }

    private func check(
        _ world: ExecutionWorld,
        _ previous: ConnectionHealth = .unknown,
        secretReference: String? = nil,
        timeout: Int64 = 5000
    ) async throws -> ConnectionHealth {
        await world.health.check(
            HealthQuestion(
                try SampleSpec.connection(limits: ["quotas": ["callsPerDay": 0]]),
                try spec(world, timeout: timeout),
                config: ["region": "eu"],
                secretReference: secretReference.flatMap(SecretReference.init(_:)),
                revision: 7
            ),
            previous: previous
        )
    }

    @Test func `a success is healthy, spends no tokens and is in the audit`() async throws {
        let world = try await world("204 No Content", body: "")
        let health = try await check(world)
        #expect(health.status == .healthy)
        #expect(health.consecutiveFailures == 0)
        #expect(health.lastSuccessAt == health.checkedAt)
        #expect((health.latencyMilliseconds ?? 0) > 0)
        #expect(world.provider.requests.map(\.target) == ["/ping/eu"])
        let page = try await world.trail.list(tenant: TenantID("acme"))
        let record = try #require(page.items.first)
        #expect(record.kind == .health)
        #expect(record.outcome == .success)
        #expect(record.json["connectionId"] == "conn_a")
        #expect(record.json["revision"] == 7)
        #expect(record.json["response"]?["status"] == 204)
        #expect(record.json["actor"] == ["type": "system", "id": "health"])
    }

    @Test func `failures degrade, then make unhealthy, and are not retried`() async throws {
        let world = try await world("503 Broken", body: SampleSpec.secretText)
        let first = try await check(world)
        #expect(first.status == .degraded)
        #expect(first.errorCode == "PROVIDER_ERROR")
        #expect(first.errorMessage == "The provider answered 503.")
        let second = try await check(world, first)
        #expect(second.status == .unhealthy)
        #expect(second.consecutiveFailures == 2)
        #expect(world.provider.requests.count == 2)
        #expect(try await !world.audit(holds: "3n+s3cr3t"))
    }

    @Test func `another secret is checked in place of the connection's`() async throws {
        let world = try await world("401 No")
        try world.write("new-secret-value", to: "new.txt")
        #expect(try await check(world).status == .degraded)
        #expect(try await check(world, secretReference: "file://new.txt").status == .healthy)
        let missing = try await check(world, secretReference: "file://nothing.txt")
        #expect(missing.errorCode == "SECRET_UNAVAILABLE")
    }

    @Test func `a provider that hangs is a timeout`() async throws {
        let world = try await ExecutionWorld { _ in [.hold] }
        let health = try await check(world, timeout: 800)
        #expect(health.errorCode == "PROVIDER_TIMEOUT")
    }

    @Test func `a spec without a check leaves it unknown`() async throws {
        let world = try await world("200 OK")
        let health = await world.health.check(
            HealthQuestion(try SampleSpec.connection(), try world.spec(), config: [:]),
            previous: ConnectionHealth(status: .healthy)
        )
        #expect(health == .unknown)
        #expect(health.checkedAt == nil)
        #expect(world.provider.requests.isEmpty)
    }
}
