import Audit
import JSON
import Ledger
import Model
import Testing

@testable import Commands
@testable import Execution

/// A connection whose grant has ended goes out of service, and not without a record.
@Suite struct GrantKeeperTests {
    private static let id: ConnectionID = Sample.name("conn_prod")

    private func end(_ bench: CommandBench) throws -> GrantEnd {
        let connection = bench.state.tenant(Sample.acme).connections[Self.id]
        return GrantEnd(
            tenant: Sample.acme,
            connection: Self.id,
            reference: try #require(connection?.value.secretReference),
            detail: "the token endpoint answered 400 invalid_grant"
        )
    }

    @Test(arguments: [(false, false), (true, true)])
    func `what can't be recorded is not done, unless the server was told to go on`(
        _ failsOpen: Bool,
        _ isPaused: Bool
    ) async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let audit = try await AuditTrail.open(AuditTrail.Configuration())
        let keeper = GrantKeeper(bench.services.ledger, audit, failsOpen: failsOpen)
        await audit.close()
        // Not told: the next call that needs the token tells it again.
        #expect(await !keeper.grantEnded(try end(bench)))
        let status = bench.state.tenant(Sample.acme).connections[Self.id]?.value.status
        #expect(status == (isPaused ? .paused : .active))
    }

    @Test func `an end is recorded with its reason`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let audit = try await AuditTrail.open(AuditTrail.Configuration())
        let keeper = GrantKeeper(bench.services.ledger, audit, failsOpen: false)
        #expect(await keeper.grantEnded(try end(bench)))
        let connection = bench.state.tenant(Sample.acme).connections[Self.id]?.value
        #expect(connection?.needsReauthorization == true)
        let record = try await audit.list(tenant: Sample.acme).items.first
        #expect(record?.document["action"]?.string == "connection.grantEnded")
    }
}
