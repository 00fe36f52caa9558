#if PostgreSQL
import Ledger
@testable import LedgerPostgres
import Platform
import Testing
import Waiting

/// Locks, leases, notifications, and logs that went back in time.
@Suite(.serialized, .needsDatabase) struct SharedHeadTests {
    @Test func `a head that is locked for longer than the bound is unavailable, nothing unknown`()
        async throws
    {
        var configuration = try TestDatabase.configuration()
        configuration.lockTimeout = .milliseconds(100)
        configuration.outcomeTimeout = .milliseconds(400)
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        let session = try TestDatabase.session()
        let deadline = MonotonicClock.now + .seconds(60)
        let lock = "SELECT 1 FROM bindery_head WHERE ledger = '\(configuration.ledger)' FOR UPDATE"
        _ = try session.run(
            [PostgresStatement("BEGIN"), PostgresStatement(lock)],
            until: deadline
        )
        #expect(await journal.failure(of: "b", after: 1) == .unavailable)
        do {
            _ = try await journal.takeHead()
            Issue.record("took a head that is held")
        } catch { #expect(error.code == .unavailable) }
        _ = try session.run(PostgresStatement("COMMIT"), until: deadline)
        try await journal.append("b", after: 1)
        #expect(try await journal.texts(after: 0) == ["a", "b"])
        await journal.close()
    }

    @Test func `a hold ends by itself when its holder is not heard of`() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.headLease = .milliseconds(200)
        let (first, second) = (try Loaded(configuration).journal, try Loaded(configuration).journal)
        _ = try await first.takeHead()
        try await second.append("a", after: 0)
        #expect(await first.failure(of: "b", after: 0) == .conflict)
        // Nobody else was there meanwhile: then an expired hold costs nothing.
        _ = try await first.takeHead()
        try await Task.sleep(for: .milliseconds(500))
        try await first.append("b", after: 1)
        #expect(try await second.texts(after: 0) == ["a", "b"])
        await first.close()
        await second.close()
    }

    @Test func `a notification wakes long before the next look`() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.pollingInterval = .seconds(3600)
        let (first, second) = (try Loaded(configuration).journal, try Loaded(configuration).journal)
        try await Wait.until("the follower's connection") { second.standing.isConnected }
        for position in 0..<20 {
            try await Self.waking(second, behind: position) {
                try await first.append("\(position)", after: position)
            }
            #expect(try await second.texts(after: position) == ["\(position)"])
        }
        let large = String(repeating: "x", count: 9 << 20)
        try await Self.waking(second, behind: 20) {
            try await first.append(large, large, after: 20)
        }
        #expect(second.standing.headPosition == 22)
        await first.close()
        await second.close()
    }

    /// Lets a journal wait for records while another appends some; closes it when it wakes never.
    private static func waking(
        _ journal: PostgresJournal,
        behind position: Int,
        _ append: () async throws -> Void
    ) async throws {
        try await Wait.letting(
            "a notification",
            giveUp: { await journal.close() },
            work: {
                async let waited: Void = journal.waitForRecords(after: UInt64(position))
                try await append()
                await waited
            }
        )
    }

    @Test(arguments: ["append", "records", "takeHead"])
    func `a log that went back in time is another, for ever`(_ call: String) async throws {
        let configuration = try TestDatabase.configuration()
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        try await journal.append("b", after: 1)
        let place = "ledger = '\(configuration.ledger)'"
        // As a promoted standby looks on which somebody else went on.
        try TestDatabase.run(
            "DELETE FROM bindery_record WHERE position = 2 AND \(place)",
            """
            UPDATE bindery_head SET position = 1, batch = (
                SELECT batch FROM bindery_record WHERE position = 1 AND \(place)
            ) WHERE \(place)
            """
        )
        let other = try Loaded(configuration).journal
        try await other.append("c", after: 1)
        try TestDatabase.run(
            """
            SELECT pg_terminate_backend(pid)::text FROM (
                SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'bindery %'
                AND application_name <> 'bindery test' OFFSET 0
            ) AS backends
            """
        )
        for _ in 0..<2 {
            do {
                switch call {
                case "append": try await journal.append("d", after: 2)
                case "records": _ = try await journal.records(after: 2)
                default: _ = try await journal.takeHead()
                }
                Issue.record("another log was taken for the own one")
            } catch { #expect(error.code == .diverged) }
        }
        try await other.append("d", after: 2)
        #expect(try await other.texts(after: 0) == ["a", "c", "d"])
        await journal.close()
        await other.close()
    }

    @Test func `who has loaded anew knows by what end, and notices that it is gone`() async throws {
        var configuration = try TestDatabase.configuration()
        configuration.snapshotCount = 1
        let place = "ledger = '\(configuration.ledger)'"
        let away = try Loaded(configuration).journal
        let other = try Loaded(configuration).journal
        for number in 0..<10 { try await other.append("r\(number)", after: number) }
        try await other.save(TextSource(position: 8, lines: ["r"]))
        do {
            _ = try await away.records(after: 0)
            Issue.record("what was removed was handed out")
        } catch { #expect(error.code == .notKept) }
        #expect(try await away.withNewest { history in history.lastPosition } == 10)
        // What came last is lost, and another history takes its place.
        try TestDatabase.run(
            "DELETE FROM bindery_record WHERE position = 10 AND \(place)",
            """
            UPDATE bindery_head SET position = 9, fence = fence + 1, batch = (
                SELECT batch FROM bindery_record WHERE position = 9 AND \(place)
            ) WHERE \(place)
            """
        )
        let restarted = try Loaded(configuration).journal
        for number in 9..<12 { try await restarted.append("other", after: number) }
        await restarted.close()
        do {
            _ = try await away.takeHead()
            Issue.record("another log was taken for the own one")
        } catch { #expect(error.code == .diverged) }
        await away.close()
        await other.close()
    }

    @Test func `a foreign fence costs an attempt, not a conflict`() async throws {
        let configuration = try TestDatabase.configuration()
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        try TestDatabase.run(
            "UPDATE bindery_head SET fence = fence + 3 WHERE ledger = '\(configuration.ledger)'"
        )
        try await journal.append("b", after: 1)
        #expect(try await journal.texts(after: 0) == ["a", "b"])
        await journal.close()
    }

    @Test func `ledgers of one database are apart`() async throws {
        let (one, other) = (
            try Loaded(TestDatabase.configuration()).journal,
            try Loaded(TestDatabase.configuration()).journal
        )
        try await one.append("a", after: 0)
        try await other.append("b", after: 0)
        #expect(try await one.texts(after: 0) == ["a"])
        #expect(try await other.texts(after: 0) == ["b"])
        await one.close()
        await other.close()
    }
}
#endif
