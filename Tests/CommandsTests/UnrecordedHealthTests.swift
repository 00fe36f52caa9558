import Audit
import Execution
import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A change of health is a change: without its record it is not kept, unless that was configured.
@Suite struct UnrecordedHealthTests {
    private static let target = HealthTarget(tenant: Sample.acme, connection: Sample.name("conn"))

    /// A connection whose provider nobody can reach, and a trail that takes no record any more.
    private func bench(failsOpen: Bool) async throws -> CommandBench {
        let bench = try await CommandBench { $0.auditFailsOpen = failsOpen }
        let spec: JSONValue = [
            "meta": ["key": "payments.test", "version": 1, "category": "payments"],
            "supportedModes": ["byok"],
            "capabilities": [
                "provides": [
                    ["key": "payments.read", "version": 1, "operation": "payments.test.read"]
                ]
            ],
            "transport": ["type": "rest", "baseUrl": "http://127.99.99.99:9"],
            "operations": [
                "payments.test.read": ["method": "GET", "path": "/balance", "safe": true]
            ],
            "healthCheck": ["operation": "payments.test.read", "unhealthyAfter": 1],
        ]
        _ = try await PutIntegrationSpec(id: Sample.spec, body: spec).run(try bench.context())
        var connection = Sample.connectionBody("conn", environment: "sandbox").object ?? [:]
        connection["secretRef"] = nil
        _ = try await CreateConnection(scope: try bench.scope(), body: .object(connection))
            .run(try bench.context())
        await bench.services.audit.close()
        return bench
    }

    private func kept(_ bench: CommandBench) -> ConnectionHealth.Status? {
        bench.state.tenant(Sample.acme).health[Self.target.connection]?.status
    }

    @Test(arguments: [false, true])
    func `a background check`(_ failsOpen: Bool) async throws {
        let bench = try await bench(failsOpen: failsOpen)
        let monitor = HealthMonitor(bench.services, HealthSettings())
        // It is checked again after its interval in either case.
        #expect(await monitor.check(Self.target) != nil)
        #expect(kept(bench) == (failsOpen ? .unhealthy : nil))
        #expect(bench.services.healthBook.checks(of: Self.target).count == (failsOpen ? 1 : 0))
    }

    @Test(arguments: [false, true])
    func `a check that was asked for`(_ failsOpen: Bool) async throws {
        let bench = try await bench(failsOpen: failsOpen)
        let test = TestConnection(scope: try bench.scope(), id: Self.target.connection)
        let error = try await refusal { try await test.run(try bench.context()) }
        #expect(error?.code == (failsOpen ? nil : "AUDIT_UNAVAILABLE"))
        #expect(kept(bench) == (failsOpen ? .unhealthy : nil))
    }
}
