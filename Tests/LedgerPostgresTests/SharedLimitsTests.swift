#if PostgreSQL
@testable import Execution
import JSON
import LedgerPostgres
import Model
import Platform
import Testing

/// Limits over replicas: real gates, each with a database connection of its own.
@Suite(.serialized, .needsDatabase) struct SharedLimitsTests {
    private let ledger = TestDatabase.newLedger()

    private func replicas(_ count: Int) throws -> [LimitReplica] {
        try (0..<count).map { _ in LimitReplica(try TestDatabase.configuration(ledger: ledger)) }
    }

    private func constraints(_ change: (inout Constraints) -> Void) -> Constraints {
        var result = Constraints()
        change(&result)
        return result
    }

    /// The calls of the quota, leased ones among them.
    private func used(_ name: String = "callsPerMonth") throws -> Int {
        let text = try TestDatabase.run(
            """
            SELECT value::text FROM bindery_limit
            WHERE ledger = '\(ledger)' AND connection = 'conn' AND name = '\(name)'
            """
        )
        return try #require(text.first.flatMap { $0 }.flatMap { Int($0) })
    }

    @Test(arguments: [2, 4])
    func `a quota holds over all replicas, and what is unused comes back`(
        _ count: Int
    ) async throws {
        let limit = 400
        let limits = constraints { $0.quotas["callsPerMonth"] = limit }
        let replicas = try replicas(count)
        var admitted = try await replicas.admitted(300, width: 20, limits)
        #expect(admitted <= limit)
        #expect(admitted >= limit - count * (limit / LeasedCalls.aheadDivisor))
        // What is leased and unused comes back, and then somebody may have it: all of it, no more.
        let end = MonotonicClock.now + .seconds(60)
        while admitted < limit, MonotonicClock.now < end {
            for replica in replicas where try await replica.call(limits) == nil { admitted += 1 }
            try await Task.sleep(for: .milliseconds(20))
        }
        for replica in replicas where try await replica.call(limits) == nil { admitted += 1 }
        #expect(admitted == limit)
        #expect(try used() == limit)
        await replicas.close()
    }

    @Test(arguments: [2, 4])
    func `a rate holds over all replicas: its calls at once, then evenly`(
        _ count: Int
    ) async throws {
        let limit = 600
        let limits = constraints { $0.callsPerMinute = limit }
        let replicas = try replicas(count)
        let start = MonotonicClock.precise
        var admitted = try await replicas.admitted(400, width: 20, limits)
        #expect(admitted >= limit - count * (limit / LeasedCalls.aheadDivisor))
        while MonotonicClock.precise - start < .seconds(5) {
            admitted += try await replicas.admitted(20, width: 4, limits)
            try await Task.sleep(for: .milliseconds(30))
        }
        let elapsed = MonotonicClock.precise - start
        // A call each 100 ms beside those at once.
        #expect(admitted <= limit + Int(elapsed / .milliseconds(100)) + 1)
        #expect(admitted >= limit)
        await replicas.close()
    }

    @Test func `a small limit is exact, and its refusal names it and the wait`() async throws {
        let limits = constraints {
            $0.callsPerMinute = 5
            $0.quotas["callsPerMonth"] = 1000
        }
        let replicas = try replicas(2)
        for number in 0..<5 {
            #expect(try await replicas[number % 2].call(limits) == nil)
        }
        for replica in replicas {
            guard case .limited(.rate, "rpm", let seconds) = try await replica.call(limits) else {
                Issue.record("the sixth call is refused")
                continue
            }
            #expect((1...12).contains(seconds))
        }
        // What the rate refused took none of the quota.
        #expect(try used() == 5)
        #expect(try await replicas[1].call(limits, "other") == nil)
        await replicas.close()
    }

    @Test func `a quota of none admits none`() async throws {
        let limits = constraints { $0.quotas["callsPerMonth"] = 0 }
        let replica = try replicas(1)[0]
        guard case .limited(.quota, "callsPerMonth", let seconds) = try await replica.call(limits)
        else { return #expect(Bool(false), "it is refused") }
        #expect((1...31 * 86_400).contains(seconds))
        await replica.desk.close()
    }

    @Test func `a quota that is used up names when its period ends`() async throws {
        let limits = constraints { $0.quotas["callsPerHour"] = 1 }
        let replicas = try replicas(2)
        // At the turn of the hour the first call counts for the old one.
        while Int(ExecutionClock.system.calendar() / 1000) % 3600 > 3590 {
            try await Task.sleep(for: .seconds(1))
        }
        #expect(try await replicas[0].call(limits) == nil)
        let refusal = try await replicas[1].call(limits)
        guard case .limited(.quota, "callsPerHour", let seconds) = refusal
        else { return #expect(Bool(false), "it is refused") }
        let left = 3600 - Int(ExecutionClock.system.calendar() / 1000) % 3600
        #expect((left - 5...left + 5).contains(seconds))
        let usage = replicas[1].gates.usage(try LimitReplica.key(), limits)
        #expect(usage["quotas"]?.array?.first?["used"] == 1)
        await replicas.close()
    }

    @Test func `a replica that is gone takes no more with it than it had leased`() async throws {
        let limit = 400
        let limits = constraints { $0.quotas["callsPerMonth"] = limit }
        var replicas = try replicas(2)
        let first = try await replicas[0].admitted(100, width: 1, limits)
        #expect(first == 100)
        // Gone without a word: its connection ends, and nothing is given back.
        await replicas[0].limits.close()
        replicas.removeFirst()
        let leased = try used()
        #expect(leased - first <= limit / LeasedCalls.aheadDivisor)
        var second = 0
        while try await replicas[0].call(limits) == nil { second += 1 }
        #expect(first + second <= limit)
        #expect(first + second >= limit - limit / LeasedCalls.aheadDivisor)
        await replicas.close()
    }

    @Test func `what is leased is given back at the end`() async throws {
        let limits = constraints { $0.quotas["callsPerMonth"] = 10_000 }
        let replica = try replicas(1)[0]
        #expect(try await replica.admitted(50, width: 1, limits) == 50)
        #expect(try used() > 50)
        await replica.desk.close()
        #expect(try used() == 50)
        #expect(try await replica.call(limits) == .limitsUnavailable)
    }

    /// Makes the window of the connection's quota another, by days.
    private func move(by days: Int) throws {
        try TestDatabase.run(
            """
            UPDATE bindery_limit SET starts = starts + 86400000000000 * \(days)
            WHERE ledger = '\(ledger)' AND connection = 'conn'
            """
        )
    }

    @Test func `a new period begins anew, and gets nothing back of the old one`() async throws {
        let limit = 100
        let limits = constraints { $0.quotas["callsPerMonth"] = limit }
        let replicas = try replicas(2)
        #expect(try await replicas[0].admitted(20, width: 1, limits) == 20)
        let leased = try used()
        #expect(leased > 20)
        // As if the rows had been counted in a later period than what was leased.
        try move(by: 1)
        await replicas[0].desk.close()
        #expect(try used() == leased)
        // As if the period that was counted were over.
        try move(by: -2)
        var admitted = 0
        while try await replicas[1].call(limits) == nil { admitted += 1 }
        #expect(admitted == limit)
        await replicas[1].desk.close()
    }

    @Test func `the clocks of replicas need not agree`() async throws {
        let limits = constraints {
            $0.callsPerHour = 1000
            $0.quotas["callsPerMonth"] = 12
        }
        let replicas = try [Duration.seconds(-86_400 * 40), .zero, .seconds(86_400 * 40)]
            .map { skew in
                LimitReplica(try TestDatabase.configuration(ledger: ledger), skew: skew)
            }
        var admitted = 0
        for number in 0..<30 where try await replicas[number % 3].call(limits) == nil {
            admitted += 1
        }
        #expect(admitted == 12)
        await replicas.close()
    }

    @Test func `a try again takes of the shared limits too`() async throws {
        let limits = constraints { $0.quotas["callsPerMonth"] = 2 }
        let replicas = try replicas(2)
        let end = MonotonicClock.now + .seconds(30)
        let key = try LimitReplica.key()
        let pass = try await replicas[0].desk.admit(key, .write, limits, until: end)
        #expect(await replicas[0].desk.admitRetry(pass, limits, until: end))
        #expect(await !replicas[0].desk.admitRetry(pass, limits, until: end))
        #expect(try await replicas[1].call(limits) != nil)
        await replicas.close()
    }

    @Test func `limits that change hold from the next call on`() async throws {
        let wide = constraints { $0.quotas["callsPerMonth"] = 1000 }
        let tight = constraints { $0.quotas["callsPerMonth"] = 30 }
        let replica = try replicas(1)[0]
        #expect(try await replica.admitted(30, width: 1, wide) == 30)
        #expect(try await replica.call(tight) != nil)
        // Nobody who comes while that is asked for is told the old refusal.
        #expect(try await replica.admitted(40, width: 20, wide) == 40)
        await replica.desk.close()
    }
}
#endif
