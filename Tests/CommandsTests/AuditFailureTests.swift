import Audit
import JSON
import Ledger
import Testing

@testable import Commands

/// What can't be recorded is not done (API sections 8 and 10), unless that was configured.
@Suite struct AuditFailureTests {
    /// A world whose trail takes no record any more.
    private func bench(failsOpen: Bool = false) async throws -> CommandBench {
        let bench = try await CommandBench { $0.auditFailsOpen = failsOpen }
        try await bench.putWorld()
        await bench.services.audit.close()
        return bench
    }

    @Test func `a write is refused before anything is changed`() async throws {
        let bench = try await bench()
        let before = bench.state.position
        let error = try await refusal { try await bench.connect("conn_new") }
        #expect(error?.code == "AUDIT_UNAVAILABLE")
        #expect(error?.kind == .unavailable)
        #expect(error?.retryAfterSeconds != nil)
        #expect(bench.state.position == before)
    }

    @Test func `a denied call is not told what nobody remembers`() async throws {
        let bench = try await bench()
        let command = ExecuteCapability(
            target: try bench.line(),
            capability: Sample.name("payments.charge"),
            body: ["workflow": "newsletter"],
            workflowHeader: nil
        )
        let key = try bench.context(as: .anyone(address: "192.0.2.1"))
        let error = try await refusal { try await command.run(key) }
        #expect(error?.code == "AUDIT_UNAVAILABLE")
    }

    @Test func `reads and rehearsals go on`() async throws {
        let bench = try await bench()
        let get = GetConnection(scope: try bench.scope(), id: Sample.name("conn_prod"))
        #expect(throws: Never.self) { try get.run(try bench.context()) }
        let create = CreateConnection(
            scope: try bench.scope(),
            body: Sample.connectionBody("conn_new")
        )
        let answer = try await create.run(try bench.context(isDryRun: true))
        #expect(answer.kind == .created)
    }

    @Test(arguments: [false, true])
    func `the server is not ready, unless it was told to go on without its trail`(
        _ failsOpen: Bool
    ) async throws {
        let bench = try await bench(failsOpen: failsOpen)
        let context = try bench.context()
        let ready = try await refusal { try GetStatus.readiness(context) }
        #expect(ready?.code == (failsOpen ? nil : "NOT_READY"))
        let written = try await refusal { try await bench.connect("conn_new") }
        #expect(written?.code == (failsOpen ? nil : "AUDIT_UNAVAILABLE"))
    }
}
