import Audit
import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// What a process leaves unwritten when it dies is in the trail when the next one has started: once.
@Suite struct DebtRecoveryTests {
    /// A world whose ledger owes, and whose trail takes nothing behind `putWorld`.
    private func broken() async throws -> CommandBench {
        let bench = try await CommandBench(auditWriter: .only) { $0.auditFailsOpen = true }
        try await bench.putWorld()
        await bench.services.audit.close()
        return bench
    }

    private func recovery(_ bench: CommandBench, _ audit: AuditTrail) -> DebtRecovery {
        DebtRecovery(bench.services.ledger, audit, Environment.builtIn)
    }

    /// The trail of the process that comes next: with the records that the one before has written.
    private func reopened(_ bench: CommandBench) async throws -> AuditTrail {
        let audit = try await AuditTrail.open(AuditTrail.Configuration())
        for _ in 0..<bench.services.audit.head.sequence {
            _ = try await audit.append(AuditDraft(.auditRemove, at: CommandBench.now))
        }
        return audit
    }

    private func records(_ audit: AuditTrail) async throws -> [JSONObject] {
        var found: [AuditRecord] = []
        for tenant in [Sample.acme, nil] {
            found += try await audit.list(tenant: tenant, limit: 500).items
        }
        return found.filter { $0.document["action"]?.string != SystemAction.auditRemove.rawValue }
            .sorted { $0.sequence < $1.sequence }.map(\.document)
    }

    @Test func `what is written in its time is owed by nobody`() async throws {
        let bench = try await CommandBench(auditWriter: .only)
        try await bench.putWorld()
        #expect(bench.services.ledger.abandonedDebts.isEmpty)
        #expect(bench.state.auditDebts.count == 1, "the last one's is told with the next entry")
        try await bench.connect("conn_more")
        #expect(bench.state.auditDebts.count == 1)
        #expect(try await records(bench.services.audit).allSatisfy { $0["recovery"] == nil })
    }

    @Test func `a missing record is written as it would have been, and says that it is late`()
        async throws
    {
        let bench = try await broken()
        try await bench.connect("conn_new")
        let scope = try bench.scope()
        let delete = DeleteConnection(scope: scope, id: Sample.name("conn_new"))
        _ = try await delete.run(try bench.context())
        let owed = bench.services.ledger.abandonedDebts
        #expect(owed.count == 2)
        let audit = try await reopened(bench)
        let outcome = try await recovery(bench, audit).run(owed)
        #expect(outcome.writtenCount == 2 && outcome.bareCount == 0)
        let found = try await records(audit)
        try #require(found.count == 2)
        #expect(found.map { $0["action"]?.string } == ["connection.create", "connection.delete"])
        for record in found {
            #expect(record["recovery"]?.string == "whole")
            #expect(record["requestId"]?.string == "request-1")
            #expect(record["occurredAt"]?.string == CommandBench.now.text)
            #expect(record["actor"]?["ip"]?.string == "192.0.2.1")
            #expect(record["resource"]?["id"]?.string == "conn_new")
        }
        #expect(found[0]["before"] == nil)
        #expect(found[0]["after"]?["revision"]?.integer == found[0]["revision"]?.integer)
        #expect(found[1]["before"] == found[0]["after"])
        #expect(found[1]["after"] == nil)
    }

    @Test func `a record that the trail has is not written again`() async throws {
        let bench = try await broken()
        for index in 0..<3 { try await bench.connect("conn_\(index)") }
        let owed = bench.services.ledger.abandonedDebts
        let audit = try await reopened(bench)
        #expect(try await recovery(bench, audit).run(Array(owed[1...1])).writtenCount == 1)
        let outcome = try await recovery(bench, audit).run(owed)
        #expect(outcome.writtenCount == 2 && outcome.entries.count == 3)
        #expect(try await recovery(bench, audit).run(owed).writtenCount == 0)
        let found = try await records(audit)
        #expect(Set(found.compactMap { $0["resource"]?["id"]?.string }).count == 3)
        #expect(found.count == 3)
    }

    @Test func `each of two records that say the same is one`() async throws {
        let bench = try await broken()
        let scope = try bench.scope()
        let put = PutSecret(scope: scope, name: Sample.name("twice"), body: ["value": "v"])
        for _ in 0..<2 { _ = try await put.run(try bench.context()) }
        let owed = bench.services.ledger.abandonedDebts
        #expect(owed.count == 2)
        let audit = try await reopened(bench)
        #expect(try await recovery(bench, audit).run(Array(owed[...0])).writtenCount == 1)
        #expect(try await recovery(bench, audit).run(owed).writtenCount == 1)
        #expect(try await recovery(bench, audit).run(owed).writtenCount == 0)
    }

    @Test func `a trail that takes nothing leaves the debt as it is`() async throws {
        let bench = try await broken()
        try await bench.connect("conn_new")
        let owed = bench.services.ledger.abandonedDebts
        await #expect(throws: AuditError.self) {
            _ = try await recovery(bench, bench.services.audit).run(owed)
        }
        #expect(bench.services.ledger.abandonedDebts.count == 1)
    }

    @Test func `without the states a record has no objects, and says so`() async throws {
        let bench = try await broken()
        try await bench.connect("conn_new")
        #expect(await bench.services.ledger.saveSnapshot())
        let owed = bench.services.ledger.abandonedDebts
        #expect(owed.count == 1, "a snapshot keeps what is owed")
        let audit = try await reopened(bench)
        let outcome = try await recovery(bench, audit).run(owed)
        #expect(outcome.writtenCount == 1 && outcome.bareCount == 1)
        let record = try #require(try await records(audit).first)
        #expect(record["recovery"]?.string == "withoutObjects")
        #expect(record["after"] == nil)
        #expect(record["action"]?.string == "connection.create")
    }
}
