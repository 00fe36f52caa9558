import JSON
import Model
import Platform
import Testing

@testable import Execution

@Suite struct ConnectionGatesTests {
    private let manual = ManualClock()

    private func gates(
        _ change: (inout ExecutionConfiguration) -> Void = { _ in }
    ) -> ConnectionGates {
        var configuration = ExecutionConfiguration()
        change(&configuration)
        return ConnectionGates(configuration, manual.clock())
    }

    private func key(
        _ connection: String = "a",
        tenant: String = "acme"
    ) throws -> ConnectionGates.Key {
        ConnectionGates.Key(
            tenant: try #require(TenantID(tenant)),
            connection: try #require(ConnectionID(connection))
        )
    }

    private func refusal(
        _ gates: ConnectionGates,
        _ constraints: Constraints,
        _ key: ConnectionGates.Key
    ) throws -> CallFailure.Reason {
        try #require(throws: CallFailure.Reason.self) {
            _ = try gates.admit(key, .write, constraints)
        }
    }

    private func end(_ outcome: CircuitBreaker.Outcome) -> ConnectionGate.End {
        var end = ConnectionGate.End()
        end.outcome = outcome
        end.isError = outcome == .failure
        return end
    }

    private func call(
        _ gates: ConnectionGates,
        _ constraints: Constraints,
        _ key: ConnectionGates.Key,
        _ outcome: CircuitBreaker.Outcome = .success
    ) throws {
        let pass = try gates.admit(key, .write, constraints)
        gates.finish(pass, end(outcome))
    }

    @Test func `a rate refuses with its name and the wait, and refills`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["rateLimit": ["rpm": 2, "rph": 1000]])
        for _ in 0..<2 { try call(gates, limits, key()) }
        let expected = CallFailure.Reason.limited(.rate, name: "rpm", retryAfterSeconds: 30)
        #expect(try refusal(gates, limits, key()) == expected)
        try call(gates, limits, key("b"))
        try call(gates, limits, key(tenant: "other"))
        manual.advance(.seconds(30))
        try call(gates, limits, key())
        #expect(try refusal(gates, limits, key()) == expected)
    }

    @Test func `the longer of two waits is told`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["rateLimit": ["rpm": 1, "rph": 1]])
        try call(gates, limits, key())
        let expected = CallFailure.Reason.limited(.rate, name: "rph", retryAfterSeconds: 3600)
        #expect(try refusal(gates, limits, key()) == expected)
    }

    @Test func `a quota ends with its period of the calendar`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints([
            "quotas": ["callsPerDay": 2, "callsPerMonth": 100]
        ])
        for _ in 0..<2 { try call(gates, limits, key()) }
        let day = CallFailure.Reason.limited(.quota, name: "callsPerDay", retryAfterSeconds: 3600)
        #expect(try refusal(gates, limits, key()) == day)
        manual.advance(.seconds(3600))
        try call(gates, limits, key())
        let usage = gates.usage(try key(), limits)
        let quotas: JSONValue = [
            ["name": "callsPerDay", "limit": 2, "used": 1, "resetsAt": "2024-03-02T00:00:00Z"],
            ["name": "callsPerMonth", "limit": 100, "used": 1, "resetsAt": "2024-04-01T00:00:00Z"],
        ]
        #expect(usage["quotas"] == quotas)
    }

    @Test func `a quota of zero admits nothing`() throws {
        let limits = try SampleSpec.constraints(["quotas": ["callsPerDay": 0]])
        #expect(try refusal(gates(), limits, key()).code == "QUOTA_EXCEEDED")
    }

    @Test func `so many calls at the same time`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["concurrency": 2])
        let first = try gates.admit(key(), .write, limits)
        _ = try gates.admit(key(), .write, limits)
        let expected = CallFailure.Reason.limited(
            .concurrency,
            name: "concurrency",
            retryAfterSeconds: 1
        )
        #expect(try refusal(gates, limits, key()) == expected)
        gates.finish(first, end(.success))
        _ = try gates.admit(key(), .write, limits)
    }

    @Test func `no connection has more calls under way than its share`() throws {
        let gates = gates { $0.callsPerConnectionMax = 2 }
        let none = try SampleSpec.constraints([:])
        let first = try gates.admit(key(), .write, none)
        _ = try gates.admit(key(), .read, none)
        #expect(try refusal(gates, none, key()) == .overloaded(.callsPerConnection))
        // What it says of itself is tighter, or does not count.
        let one = try SampleSpec.constraints(["concurrency": 1])
        #expect(try refusal(gates, one, key()).code == "CONCURRENCY_LIMITED")
        let many = try SampleSpec.constraints(["concurrency": 1000])
        #expect(try refusal(gates, many, key()) == .overloaded(.callsPerConnection))
        guard
            case .refused(.overloaded(.callsPerConnection)) = gates.admitLeased(
                try key(),
                .write,
                many,
                []
            )
        else {
            Issue.record("the share holds with leases, too")
            return
        }
        try call(gates, none, key("b"))
        gates.finish(first, end(.success))
        try call(gates, none, key())
    }

    @Test func `a refused call takes nothing`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints([
            "rateLimit": ["rpm": 3], "concurrency": 1, "quotas": ["callsPerDay": 10],
        ])
        let pass = try gates.admit(key(), .write, limits)
        for _ in 0..<5 { _ = try refusal(gates, limits, key()) }
        gates.finish(pass, end(.success))
        let usage = gates.usage(try key(), limits)
        #expect(usage["rateLimit"] == ["limit": 3, "remaining": 2, "resetSeconds": 20])
        #expect(usage["quotas"]?.array?.first?["used"] == 1)
        #expect(usage["requests"] == 1)
    }

    @Test func `an open breaker refuses, takes nothing, and lets one probe through`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["rateLimit": ["rpm": 100]])
        for _ in 0..<5 { try call(gates, limits, key(), .failure) }
        #expect(try refusal(gates, limits, key()) == .circuitOpen(retryAfterSeconds: 30))
        #expect(try refusal(gates, limits, key()).limitName == "breaker")
        #expect(gates.openTime(try key(), .write) == .seconds(30))
        #expect(gates.usage(try key(), limits)["rateLimit"]?["remaining"] == 95)
        #expect(gates.usage(try key(), limits)["breaker"] == "open")
        #expect(gates.usage(try key(), limits)["errors"] == 5)
        manual.advance(.seconds(30))
        #expect(gates.openTime(try key(), .write) == nil)
        let probe = try gates.admit(key(), .write, limits)
        #expect(gates.usage(try key(), limits)["breaker"] == "half-open")
        #expect(try refusal(gates, limits, key()) == .circuitOpen(retryAfterSeconds: 1))
        gates.finish(probe, end(.success))
        #expect(gates.usage(try key(), limits)["breaker"] == "closed")
        try call(gates, limits, key())
    }

    @Test func `a retry takes a token, and there is none without`() throws {
        let gates = gates()
        let limits = try SampleSpec.constraints(["rateLimit": ["rpm": 2]])
        let pass = try gates.admit(key(), .write, limits)
        #expect(gates.admitRetry(pass, limits))
        #expect(!gates.admitRetry(pass, limits))
    }

    @Test func `the usage of a connection that was never called`() throws {
        let expected: JSONValue = [
            "requests": 0, "errors": 0, "rateLimit": nil, "quotas": [], "breaker": "closed",
            "breakers": ["read": "closed", "write": "closed"],
            "provider": nil,
        ]
        #expect(gates().usage(try key(), Constraints()) == expected)
    }

    @Test func `forgets idle connections first, and none that is busy`() throws {
        let gates = gates { $0.connectionCountMax = 16 * 10 }
        let limits = try SampleSpec.constraints(["quotas": ["callsPerMonth": 1]])
        let busy = try gates.admit(key("busy"), .write, limits)
        for number in 0..<1000 { try call(gates, Constraints(), key("idle-\(number)")) }
        for number in 0..<1000 { try call(gates, limits, key("used-\(number)")) }
        #expect(try refusal(gates, limits, key("used-999")).code == "QUOTA_EXCEEDED")
        gates.finish(busy, end(.success))
        #expect(try refusal(gates, limits, key("busy")).code == "QUOTA_EXCEEDED")
        gates.forget(try key("busy"))
        try call(gates, limits, key("busy"))
    }

    @Test func `writes that fail leave reads alone`() throws {
        let gates = gates()
        let limits = Constraints()
        for _ in 0..<5 { try call(gates, limits, key(), .failure) }
        #expect(gates.openTime(try key(), .write) == .seconds(30))
        #expect(gates.openTime(try key(), .read) == nil)
        let pass = try gates.admit(key(), .read, limits)
        gates.finish(pass, end(.success))
        let usage = gates.usage(try key(), limits)
        #expect(usage["breaker"] == "open")
        #expect(usage["breakers"] == ["read": "closed", "write": "open"])
    }

    @Test func `what a provider says of its own limit holds the next call back`() throws {
        let gates = gates()
        let limits = Constraints()
        let pass = try gates.admit(key(), .write, limits)
        var end = end(.success)
        end.learned.limit = 100
        end.learned.remaining = 0
        end.learned.resetIn = .seconds(20)
        end.learned.holdFor = .seconds(20)
        gates.finish(pass, end)
        let expected = CallFailure.Reason.limited(.rate, name: "provider", retryAfterSeconds: 20)
        #expect(try refusal(gates, limits, key()) == expected)
        let told: JSONValue = [
            "limit": 100, "remaining": 0, "resetSeconds": 20, "heldSeconds": 20,
        ]
        #expect(gates.usage(try key(), limits)["provider"] == told)
        manual.advance(.seconds(20))
        try call(gates, limits, key())
    }
}
