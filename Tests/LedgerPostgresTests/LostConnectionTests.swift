#if PostgreSQL
import Foundation
import Ledger
import LedgerPostgres
import Platform
import Testing
import Waiting

/// The connection is cut at each step of a commit: what `append` says is what the log has.
@Suite(.serialized, .needsDatabase) struct LostConnectionTests {
    private struct Chance {
        var state: UInt64

        mutating func number(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }

        mutating func fault() -> FaultyProxy.Fault {
            switch number(below: 6) {
            case 0: .cutBefore
            case 1: .cutWithin(number(below: 400))
            case 2: .cutBehind
            case 3: .cutAnswer
            case 4: .hold
            default: .none
            }
        }
    }

    @Test(arguments: 1...20)
    func `a batch is there exactly once, wherever its connection was cut`(
        _ seed: UInt64
    ) async throws {
        var chance = Chance(state: seed)
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let ledger = TestDatabase.newLedger()
        let direct = try TestDatabase.configuration(ledger: ledger)
        let text = try #require(TestDatabase.text)
        var through = try TestDatabase.configuration(proxy.url(of: text), ledger: ledger)
        // A connection that is lost with the head in hand, unnoticed by the server, costs a lease.
        through.headLease = .milliseconds(100)
        let journal = try Loaded(through).journal
        var expected: [String] = []
        for number in 0..<30 {
            let batch = (0...chance.number(below: 3)).map { "\(number).\($0)" }
            if chance.number(below: 8) == 0 { proxy.cut() }
            if chance.number(below: 5) == 0 { _ = try await journal.takeHead() }
            proxy.arm(chance.fault())
            try await journal.append(batch, after: expected.count)
            expected += batch
            if chance.number(below: 2) == 0 { _ = try await proxy.release() }
        }
        _ = try await proxy.release()
        await journal.close()
        #expect(try await Loaded.payloads(direct) == expected)
    }

    @Test(arguments: 1...6)
    func `of two writers, what one was told is there once, what conflicted is not`(
        _ seed: UInt64
    ) async throws {
        let ledger = TestDatabase.newLedger()
        let text = try #require(TestDatabase.text)
        let told = try await withThrowingTaskGroup { group in
            for writer in 0..<3 {
                group.addTask {
                    let proxy = try FaultyProxy(to: TestDatabase.address())
                    defer { proxy.stop() }
                    var configuration = try TestDatabase.configuration(
                        proxy.url(of: text),
                        ledger: ledger
                    )
                    configuration.headLease = .milliseconds(100)
                    return try await Self.write(
                        "\(writer)",
                        Chance(state: seed * 10 + UInt64(writer)),
                        configuration,
                        proxy
                    )
                }
            }
            return try await group.reduce(into: []) { all, one in all += one }
        }
        let found = try await Loaded.payloads(TestDatabase.configuration(ledger: ledger))
        #expect(found.sorted() == told.sorted())
        #expect(found.count == 60)
    }

    /// Appends 20 batches of one, and says which payloads were acknowledged.
    private static func write(
        _ name: String,
        _ chance: Chance,
        _ configuration: PostgresJournal.Configuration,
        _ proxy: FaultyProxy
    ) async throws -> [String] {
        var chance = chance
        let loaded = try Loaded(configuration)
        let journal = loaded.journal
        var (position, told, attempt) = (loaded.payloads.count, [String](), 0)
        while told.count < 20 {
            attempt += 1
            let payload = "\(name).\(attempt)"
            proxy.arm(chance.fault())
            do {
                try await journal.append(payload, after: position)
                told.append(payload)
                position += 1
            } catch {
                guard error.code == .conflict else { throw error }
                _ = try await journal.takeHead()
                position += try await journal.texts(after: position).count
            }
            if chance.number(below: 4) == 0 { _ = try await proxy.release() }
        }
        _ = try await proxy.release()
        await journal.close()
        return told
    }

    @Test func `a statement that comes late, after its outcome was unknown, does not land`()
        async throws
    {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let text = try #require(TestDatabase.text)
        var configuration = try TestDatabase.configuration(proxy.url(of: text))
        configuration.outcomeTimeout = .milliseconds(300)
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        proxy.arm(.hold)
        proxy.refuse(true)
        #expect(await journal.failure(of: "late", after: 1) == .unknown)
        proxy.refuse(false)
        // The first call that succeeds has settled it: what is read now is what will be there.
        var found: [String]?
        try await Wait.until("the outcome") {
            do {
                found = try await journal.texts(after: 1)
            } catch let error as JournalError {
                #expect([.unavailable, .unknown].contains(error.code))
            }
            return found != nil
        }
        #expect(found == [])
        #expect(try await proxy.release() == 1)
        #expect(try await journal.texts(after: 1) == [])
        try await journal.append("b", after: 1)
        await journal.close()
        let direct = try TestDatabase.configuration(ledger: configuration.ledger)
        #expect(try await Loaded.payloads(direct) == ["a", "b"])
    }

    @Test func `a batch of unknown outcome that was committed is read behind the reconnection`()
        async throws
    {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let text = try #require(TestDatabase.text)
        var configuration = try TestDatabase.configuration(proxy.url(of: text))
        configuration.outcomeTimeout = .milliseconds(300)
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        proxy.arm(.cutAnswer)
        proxy.refuse(true)
        #expect(await journal.failure(of: "b", after: 1) == .unknown)
        #expect([.unknown, .unavailable].contains(await journal.failure(of: "c", after: 1)))
        proxy.refuse(false)
        try await Wait.until("the outcome") {
            let failure = await journal.failure(of: "c", after: 1)
            #expect([.unknown, .unavailable, .conflict].contains(failure))
            return failure == .conflict
        }
        #expect(try await journal.texts(after: 1) == ["b"])
        try await journal.append("c", after: 2)
        await journal.close()
    }

    @Test func `before anything is sent, an unreachable server is unavailable and not unknown`()
        async throws
    {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let text = try #require(TestDatabase.text)
        var configuration = try TestDatabase.configuration(proxy.url(of: text))
        configuration.outcomeTimeout = .milliseconds(300)
        let journal = try Loaded(configuration).journal
        try await journal.append("a", after: 0)
        // Else nothing is cut, and nobody sees it: who follows connects when it can.
        try await Wait.until("the follower's connection") { journal.standing.isConnected }
        proxy.refuse(true)
        proxy.cut()
        // The cut has come through when the follower sees it.
        try await Wait.until("the cut") { !journal.standing.isConnected }
        #expect(journal.standing.failure != nil)
        #expect(await journal.failure(of: "b", after: 1) == .unavailable)
        do {
            _ = try await journal.records(after: 1)
            Issue.record("records of a server that is gone")
        } catch { #expect(error.code == .unavailable) }
        proxy.refuse(false)
        try await Wait.until("a server that is back") {
            let failure = await journal.failure(of: "b", after: 1)
            // A conflict is with itself: it was committed by a try whose outcome was not known.
            return failure == nil || failure == .conflict
        }
        try await Wait.until("the follower's connection") { journal.standing.isConnected }
        #expect(journal.standing.failure == nil)
        await journal.close()
        let direct = try TestDatabase.configuration(ledger: configuration.ledger)
        #expect(try await Loaded.payloads(direct) == ["a", "b"])
    }

    @Test(arguments: ["append", "follow"])
    func `a backend that the operator ends is replaced`(_ part: String) async throws {
        let journal = try Loaded(TestDatabase.configuration()).journal
        for position in 0..<5 {
            try await journal.append("\(position)", after: position)
            let deadline = Deadline("the follower at \(position)")
            while journal.standing.headPosition <= position {
                try deadline.check()
                await journal.waitForRecords(after: UInt64(position))
            }
            try TestDatabase.run(
                """
                SELECT pg_terminate_backend(pid)::text FROM (
                    SELECT pid FROM pg_stat_activity
                    WHERE application_name = 'bindery \(part)' OFFSET 0
                ) AS backends
                """
            )
        }
        try await journal.append("5", after: 5)
        #expect(try await journal.texts(after: 0) == (0..<6).map { "\($0)" })
        await journal.close()
    }

    @Test(arguments: 0..<6)
    func `a batch of many statements that is cut is there whole or not at all`(
        _ delay: Int
    ) async throws {
        let proxy = try FaultyProxy(to: TestDatabase.address())
        defer { proxy.stop() }
        let text = try #require(TestDatabase.text)
        let configuration = try TestDatabase.configuration(proxy.url(of: text))
        let journal = try Loaded(configuration).journal
        let large = String(repeating: "x", count: 5 << 20)
        async let appended: Void = journal.append([large, large, large, "end"], after: 0)
        try await Task.sleep(for: .milliseconds(delay * 30))
        proxy.cut()
        try await appended
        try await journal.append("next", after: 4)
        await journal.close()
        let found = try await Loaded.payloads(
            TestDatabase.configuration(ledger: configuration.ledger)
        )
        #expect(found.map(\.utf8.count) == [large, large, large, "end", "next"].map(\.utf8.count))
    }
}
#endif
