import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import Execution

/// What is told of a connection's limits.
@Suite struct GateEventTests {
    private final class Told: Sendable {
        let events = Mutex<[String]>([])
    }

    private let manual = ManualClock()
    private let told = Told()

    private func gates() -> ConnectionGates {
        var configuration = ExecutionConfiguration()
        configuration.breaker.failuresInRow = 2
        let told = told
        configuration.onGateEvent = { event in
            let text =
                switch event.kind {
                case .breakerOpened(let callClass): "opened \(callClass)"
                case .breakerClosed(let callClass): "closed \(callClass)"
                case .quotaReached(let quota): "\(quota.name) \(quota.percent) of \(quota.limit)"
                }
            told.events.withLock { $0.append("\(event.connection.text) \(text)") }
        }
        return ConnectionGates(configuration, manual.clock())
    }

    private func call(
        _ gates: ConnectionGates,
        _ constraints: Constraints,
        _ outcome: CircuitBreaker.Outcome = .success
    ) throws {
        let key = ConnectionGates.Key(
            tenant: try #require(TenantID("acme")),
            connection: try #require(ConnectionID("conn"))
        )
        var end = ConnectionGate.End()
        end.outcome = outcome
        gates.finish(try gates.admit(key, .write, constraints), end)
    }

    @Test func `a quota is told at 80 % and at 100 %, once in a period`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["quotas": ["callsPerHour": 10]])
        for count in 1...10 {
            try call(gates, limits)
            let expected = count < 8 ? 0 : count < 10 ? 1 : 2
            #expect(told.events.withLock { $0.count } == expected, "after \(count) calls")
        }
        #expect(throws: CallFailure.Reason.self) { try call(gates, limits) }
        manual.advance(.seconds(3600))
        for _ in 0..<8 { try call(gates, limits) }
        #expect(
            told.events.withLock { $0 } == [
                "conn callsPerHour 80 of 10", "conn callsPerHour 100 of 10",
                "conn callsPerHour 80 of 10",
            ]
        )
    }

    /// By the rule, counted out: call k of n tells 80 when k / n is at least 4 / 5 for the first time.
    @Test(arguments: Array(1...26) + [99, 100, 101, 1003])
    func `a quota of any size is told at the first call with which 80 % are used`(
        _ limit: Int
    ) throws {
        let gates = gates()
        let limits = try SampleSpec.constraints([
            "quotas": ["callsPerHour": .integer(Int64(limit))]
        ])
        let first = try #require((1...limit).first { 5 * $0 >= 4 * limit })
        #expect((first == limit) == (limit < 5))
        for count in 1...limit {
            try call(gates, limits)
            var expected: [String] = []
            if count >= first, limit >= 5 { expected.append("conn callsPerHour 80 of \(limit)") }
            if count == limit { expected.append("conn callsPerHour 100 of \(limit)") }
            #expect(told.events.withLock { $0 } == expected, "after \(count) of \(limit)")
        }
    }

    @Test func `a quota of the largest size is counted without an overflow`() throws {
        let limit = 1_000_000_000_000
        var counter = QuotaCounter(start: 0, count: limit / 5 * 4 - 1)
        #expect(counter.reachedPercent(of: limit) == nil)
        counter.take(.month, now: 1)
        #expect(counter.reachedPercent(of: limit) == 80)
        #expect(counter.reachedPercent(of: limit) == nil)
    }

    @Test func `a breaker is told when it opens and when it closes, not when a probe fails`() throws
    {
        let gates = gates()
        let limits = try SampleSpec.constraints([:])
        for _ in 0..<2 { try call(gates, limits, .failure) }
        manual.advance(.seconds(30))
        try call(gates, limits, .failure)
        manual.advance(.seconds(30))
        try call(gates, limits)
        try call(gates, limits)
        #expect(told.events.withLock { $0 } == ["conn opened write", "conn closed write"])
    }
}
