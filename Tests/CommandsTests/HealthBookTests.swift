import Execution
import Ledger
import Model
import Testing

@testable import Commands

/// Which of two checks is the newer one, also where the clock was set back between them.
@Suite struct HealthBookTests {
    private static let now = CommandBench.now

    private func health(_ status: ConnectionHealth.Status, at time: Timestamp) -> ConnectionHealth {
        var health = ConnectionHealth(status: status)
        health.checkedAt = time
        return health
    }

    /// What counts when the ledger keeps a check of that time and another was made now.
    private func newest(keptAt kept: Timestamp) async throws -> ConnectionHealth.Status {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let tenant = bench.state.tenant(try bench.scope().tenant)
        let connection = try #require(tenant.connections[ConnectionUseTests.id])
        let target = HealthTarget(tenant: tenant.id, connection: connection.value.id)
        let book = HealthBook()
        book.note(health(.unhealthy, at: Self.now), target, of: connection)
        return book.newest(target, connection, kept: health(.healthy, at: kept), now: Self.now)
            .status
    }

    @Test func `the later one counts`() async throws {
        #expect(try await newest(keptAt: Self.now + .seconds(-1)) == .unhealthy)
        // Another replica's clock may be ahead of this one's a little.
        #expect(try await newest(keptAt: Self.now + .seconds(1)) == .healthy)
        #expect(try await newest(keptAt: Self.now + HealthBook.skewMax) == .healthy)
    }

    @Test func `one from a clock that was set back does not`() async throws {
        let late = Self.now + HealthBook.skewMax + .milliseconds(1)
        #expect(try await newest(keptAt: late) == .unhealthy)
        #expect(try await newest(keptAt: Self.now + .seconds(86_400)) == .unhealthy)
    }
}
