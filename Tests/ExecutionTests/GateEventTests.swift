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

    @Test func `a quota of one call is told as reached alone`() throws {
        let gates = gates()
        try call(gates, SampleSpec.constraints(["quotas": ["callsPerHour": 1]]))
        #expect(told.events.withLock { $0 } == ["conn callsPerHour 100 of 1"])
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
