import Audit
import Execution
import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A background check waits while the breaker of its operation's class is open, and is not forgotten.
@Suite struct PostponedCheckTests {
    private static let target = HealthTarget(tenant: Sample.acme, connection: Sample.name("conn"))

    /// Nobody listens there: each call is a failure, and so is each check.
    private static let closedURL = "http://127.99.99.99:9"

    private static var spec: JSONValue {
        let read: JSONValue = ["method": "GET", "path": "/balance", "safe": true]
        let write: JSONValue = ["method": "POST", "path": "/charge"]
        let provided = ["read", "write"]
            .map { name -> JSONValue in
                [
                    "key": .string("payments.\(name)"), "version": 1,
                    "operation": .string("payments.test.\(name)"),
                ]
            }
        return [
            "meta": ["key": "payments.test", "version": 1, "category": "payments"],
            "supportedModes": ["byok"],
            "capabilities": ["provides": .array(provided)],
            "transport": ["type": "rest", "baseUrl": .string(closedURL)],
            "operations": ["payments.test.read": read, "payments.test.write": write],
            "healthCheck": [
                "operation": "payments.test.read", "timeoutMs": 5000, "intervalSeconds": 60,
                "unhealthyAfter": 100,
            ],
        ]
    }

    private func bench() async throws -> (CommandBench, HealthMonitor) {
        let bench = try await CommandBench()
        _ = try await PutIntegrationSpec(id: Sample.spec, body: Self.spec)
            .run(try bench.context())
        let body = Sample.connectionBody("conn", environment: "sandbox").object ?? [:]
        var connection = body
        connection["secretRef"] = nil
        _ = try await CreateConnection(scope: try bench.scope(), body: .object(connection))
            .run(try bench.context())
        return (bench, HealthMonitor(bench.services, HealthSettings()))
    }

    /// Fails so often that the breaker of the operation's class opens.
    private func open(_ operation: String, _ bench: CommandBench) async throws {
        let state = bench.state
        let stored = state.tenant(Sample.acme).connections[Sample.name("conn")]
        let connection = try #require(stored?.value)
        let spec = try #require(state.catalog.specs[Sample.spec]?.value)
        let name: OperationID = Sample.name("payments.test.\(operation)")
        for _ in 0..<5 {
            let call = CapabilityCall(
                tenant: Sample.acme,
                environment: Sample.name("sandbox"),
                blueprint: Sample.blueprint.name,
                workflow: Sample.name("checkout"),
                capability: Sample.name("payments.\(operation)"),
                slot: Sample.name("payments.primary"),
                connection: connection,
                spec: spec,
                operation: try #require(spec.operations[name]),
                config: [:],
                input: [:],
                actor: AuditActor(type: "key", id: "test")
            )
            _ = await bench.services.executor.execute(call)
        }
    }

    private func checkCount(_ bench: CommandBench) -> Int {
        bench.services.healthBook.checks(of: Self.target).count
    }

    @Test func `a check is put off once while the breaker of its class is open`() async throws {
        let (bench, monitor) = try await bench()
        let interval = Duration.seconds(60)
        #expect(await monitor.check(Self.target) == interval)
        #expect(checkCount(bench) == 1)
        try await open("read", bench)
        let wait = try #require(await monitor.check(Self.target))
        // Until the breaker lets a call through, which is half a minute from its opening.
        #expect(wait > .zero && wait <= .seconds(30))
        #expect(checkCount(bench) == 1)
        // Not hidden for ever by a breaker that goes on being open.
        #expect(await monitor.check(Self.target) == interval)
        #expect(checkCount(bench) == 2)
        #expect(try #require(await monitor.check(Self.target)) <= .seconds(30))
        #expect(checkCount(bench) == 2)
    }

    @Test func `another class's breaker puts nothing off`() async throws {
        let (bench, monitor) = try await bench()
        try await open("write", bench)
        #expect(bench.services.executor.mayHaveOpenBreaker)
        for count in 1...3 {
            #expect(await monitor.check(Self.target) == .seconds(60))
            #expect(checkCount(bench) == count)
        }
    }
}
