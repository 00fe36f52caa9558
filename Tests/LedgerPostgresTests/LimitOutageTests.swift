#if PostgreSQL
@testable import Execution
@testable import LedgerPostgres
import Limits
import Model
import Platform
import Testing
import Waiting

/// Shared limits while the database is away, slow, or loses connections.
@Suite(.serialized, .needsDatabase) struct LimitOutageTests {
    private let ledger = TestDatabase.newLedger()
    private let limits: Constraints = {
        var result = Constraints()
        result.quotas["callsPerMonth"] = 10
        return result
    }()

    private func configuration(
        _ proxy: FaultyProxy? = nil
    ) throws -> PostgresJournal.Configuration {
        let text = try #require(TestDatabase.text)
        return try TestDatabase.configuration(proxy?.url(of: text) ?? text, ledger: ledger)
    }

    private func waitUntilCounted(_ replica: LimitReplica) async throws -> Int {
        var admitted = 0
        let end = MonotonicClock.now + .seconds(60)
        while MonotonicClock.now < end {
            let failure = try await replica.call(limits)
            if failure == nil { admitted += 1 }
            if failure != .limitsUnavailable { return admitted }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the database is never back")
        return admitted
    }

    @Test func `without the database calls are refused, and with it they go on`() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let replica = LimitReplica(try configuration(proxy))
        #expect(try await replica.call(limits) == nil)
        proxy.refuse(true)
        proxy.cut()
        for _ in 0..<3 { #expect(try await replica.call(limits) == .limitsUnavailable) }
        // Who has no limits does not notice.
        #expect(try await replica.call(Constraints()) == nil)
        #expect(replica.desk.metrics.contains("bindery_limits_available 0\n"))
        #expect(
            replica.desk.metrics
                .contains("bindery_limits_unavailable_calls_total{outcome=\"refused\"} 3\n")
        )
        proxy.refuse(false)
        var admitted = 1 + (try await waitUntilCounted(replica))
        while try await replica.call(limits) == nil { admitted += 1 }
        #expect(admitted == 10)
        #expect(replica.desk.metrics.contains("bindery_limits_available 1\n"))
        // One line for the outage, and one for its end.
        #expect(replica.notices.count == 2)
        guard case .unavailable(_, false) = replica.notices[0],
            case .available = replica.notices[1]
        else { return #expect(Bool(false), "\(replica.notices)") }
        await replica.desk.close()
    }

    @Test func `in an outage one call finds out, and the others do not wait for it`() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        proxy.refuse(true)
        let replica = LimitReplica(try configuration(proxy))
        #expect(try await replica.call(limits) == .limitsUnavailable)
        let failures = try await withThrowingTaskGroup(of: CallFailure.Reason?.self) { group in
            for number in 0..<100 {
                group.addTask { try await replica.call(self.limits, "conn-\(number)") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.allSatisfy { $0 == .limitsUnavailable })
        let failed = replica.desk.metrics.split(separator: "\n")
            .compactMap { line in
                Int(line.trimmingPrefix("bindery_limits_leases_total{result=\"failed\"} "))
            }
        // The first, and one for each few seconds that the others took.
        #expect((1...10).contains(failed.first ?? 0), "\(failed)")
        await replica.desk.close()
    }

    @Test func `who may fail open counts alone meanwhile`() async throws {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let replica = LimitReplica(try configuration(proxy), failsOpen: true)
        for _ in 0..<4 { #expect(try await replica.call(limits) == nil) }
        proxy.refuse(true)
        proxy.cut()
        // It goes on from what it knew of all.
        for _ in 0..<6 { #expect(try await replica.call(limits) == nil) }
        guard case .limited(.quota, "callsPerMonth", _) = try await replica.call(limits) else {
            return #expect(Bool(false), "its own count refuses")
        }
        #expect(
            replica.desk.metrics
                .contains("bindery_limits_unavailable_calls_total{outcome=\"local\"} 6\n")
        )
        await replica.desk.close()
    }

    /// Calls until the limit is reached, through all outages; the calls that were admitted.
    private func callUntilRefused(
        _ replica: LimitReplica,
        _ limits: Constraints
    ) async throws -> Int {
        var admitted = 0
        let deadline = Deadline("the limit")
        while true {
            try deadline.check()
            switch try await replica.call(limits) {
            case nil: admitted += 1
            case .limitsUnavailable: try await deadline.pause(.milliseconds(20))
            case .some(let other):
                guard case .limited(.quota, _, _) = other else {
                    Issue.record("\(other)")
                    return admitted
                }
                return admitted
            }
        }
    }

    @Test(arguments: 1...4)
    func `lost connections lose calls, and never add any`(_ seed: Int) async throws {
        var limits = Constraints()
        limits.quotas["callsPerMonth"] = 300
        let proxies = try (0..<2).map { _ in try FaultyProxy(to: TestDatabase.address()) }
        defer { for proxy in proxies { proxy.stop() } }
        let replicas = try proxies.map { LimitReplica(try configuration($0)) }
        let constraints = limits
        let admitted = try await withThrowingTaskGroup(of: Int.self) { group in
            for replica in replicas {
                for _ in 0..<5 {
                    group.addTask { try await callUntilRefused(replica, constraints) }
                }
            }
            for round in 0..<60 {
                proxies[round % 2].cut()
                try await Task.sleep(for: .milliseconds((round * 7 * seed) % 43))
            }
            return try await group.reduce(0, +)
        }
        #expect(admitted <= 300)
        #expect(admitted > 0)
        await replicas.close()
    }

    @Test func `a server that crashes forgets no lease`() async throws {
        let cluster = try TestCluster()
        let replica = LimitReplica(try TestDatabase.configuration(cluster.url, ledger: ledger))
        for _ in 0..<9 { #expect(try await replica.call(limits) == nil) }
        try cluster.kill()
        #expect(try await replica.call(limits) == .limitsUnavailable)
        try cluster.start()
        var admitted = try await waitUntilCounted(replica)
        while try await replica.call(limits) == nil { admitted += 1 }
        #expect(admitted == 1)
        await replica.desk.close()
        try cluster.remove()
    }

    @Test func `a call waits for a lease up to its deadline`() async throws {
        let replica = LimitReplica(try configuration())
        #expect(try await replica.call(limits) == nil)
        let session = try TestDatabase.session()
        let end = MonotonicClock.now + .seconds(60)
        _ = try session.run(
            [
                PostgresStatement("BEGIN"),
                PostgresStatement(
                    "SELECT name FROM bindery_limit WHERE ledger = '\(ledger)' FOR UPDATE"
                ),
            ],
            until: end
        )
        #expect(try await replica.call(limits, within: .milliseconds(300)) == .limitsUnavailable)
        _ = try session.run(PostgresStatement("ROLLBACK"), until: end)
        #expect(try await waitUntilCounted(replica) == 1)
        await replica.desk.close()
    }

    @Test func `rows that say nothing any more are deleted, so many at a time`() async throws {
        let replica = LimitReplica(try configuration())
        #expect(try await replica.call(limits) == nil)
        let count = LimitWriter.deletedCountMax + 1
        try TestDatabase.run(
            """
            INSERT INTO bindery_limit (ledger, tenant, connection, name, value, starts, ends)
            SELECT '\(ledger)', 'acme', 'old-' || number, 'rpm', 1, 0, 1
            FROM generate_series(1, \(count)) AS number
            """
        )
        var writer = LimitWriter(try configuration(), stop: Bell())
        #expect(try writer.deleteOld())
        #expect(try !writer.deleteOld())
        let left = try TestDatabase.run(
            "SELECT connection FROM bindery_limit WHERE ledger = '\(ledger)'"
        )
        #expect(left == ["conn"])
        await replica.desk.close()
    }
}
#endif
