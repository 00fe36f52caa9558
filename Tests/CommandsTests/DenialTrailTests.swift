import Audit
import JSON
import Ledger
import Model
import Policy
import Testing

@testable import Commands

/// The bounds of what denials leave in the trail.
@Suite struct DenialTrailTests {
    private func deny(
        _ bench: CommandBench,
        _ address: String,
        minute: Int64 = 0,
        count: Int = 1
    ) {
        let now = Timestamp(milliseconds: CommandBench.now.milliseconds + minute * 60_000)
        let request = RefusedRequest(
            address: address,
            route: nil,
            requestID: "request-1",
            traceparent: nil,
            now: now
        )
        let error = CommandError(.unauthenticated, "UNAUTHENTICATED", "No credential was given.")
        for _ in 0..<count { bench.services.noteUnauthenticated(error, request) }
    }

    private func recordCount(_ bench: CommandBench, atLeast count: UInt64) async throws -> UInt64 {
        for _ in 0..<2000 where bench.services.audit.head.sequence < count {
            try await Task.sleep(for: .milliseconds(5))
        }
        return bench.services.audit.head.sequence
    }

    @Test func `an address has twenty a minute, and its next record tells what was left out`()
        async throws
    {
        let bench = try await CommandBench()
        let most = UInt64(DenialTrail.recordCountMaxPerSource)
        deny(bench, "192.0.2.1", count: Int(most) + 7)
        deny(bench, "192.0.2.2")
        #expect(try await recordCount(bench, atLeast: most + 1) == most + 1)
        #expect(bench.services.metricsText().contains("left_out_total{kind=\"auth\"} 7\n"))
        deny(bench, "192.0.2.1", minute: 1, count: 2)
        #expect(try await recordCount(bench, atLeast: most + 3) == most + 3)
        let told = try await bench.services.audit.list(tenant: nil, limit: 500).items
            .compactMap { $0.document["leftOut"] }
        #expect(told == [7])
    }

    @Test func `many addresses together have a bound as well`() async throws {
        let bench = try await CommandBench()
        let most = DenialTrail.recordCountMax
        for index in 0..<(most + 5) { deny(bench, "198.51.100.\(index)") }
        #expect(try await recordCount(bench, atLeast: UInt64(most)) == UInt64(most))
        #expect(bench.services.metricsText().contains("left_out_total{kind=\"auth\"} 5\n"))
    }
}
