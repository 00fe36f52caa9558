import Model
import Synchronization
import Testing
import Waiting

@testable import Ledger

@Suite(.serialized) struct SharingTests {
    private struct Refused: Error, Equatable {}
    private let actor = ChangeActor.system("test")

    /// Adds a connection, unless there is one of the id already.
    private func create(_ ledger: Ledger, _ id: String) async throws -> State {
        try await ledger.commit(actor: actor, now: StateFixture.now) {
            (state, stamp) throws(Refused) in
            do {
                let connection = try StateFixture.connection(id)
                guard state.tenant(connection.tenant).connections[connection.id] == nil else {
                    throw Refused()
                }
                let stored = Stored(
                    connection,
                    revision: stamp.revision,
                    createdAt: stamp.now,
                    updatedAt: stamp.now
                )
                return Ledger.Plan([.putConnection(stored)], answer: true)
            } catch {
                throw Refused()
            }
        }
        .state
    }

    private func ledgers(
        _ count: Int,
        on medium: SharedMedium,
        polling: Duration = .milliseconds(2)
    ) throws -> [Ledger] {
        try (0..<count)
            .map { index in
                try Ledger(journal: SharedMediumJournal(medium, id: index, polling: polling))
            }
    }

    @Test func `writers of three processes all get through, each exactly once`() async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(3, on: medium)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<12 {
                let ledger = ledgers[writer % 3]
                group.addTask {
                    for index in 0..<10 { _ = try await create(ledger, "c\(writer)_\(index)") }
                }
            }
            try await group.waitForAll()
        }
        #expect(medium.records.count == 120)
        #expect(medium.records.map(\.position) == Array(1...120))
        let whole = try Ledger(journal: SharedMediumJournal(medium, id: 9))
        #expect(whole.state.revision == 120)
        let expected = try StateFixture.lines(of: whole.state)
        for ledger in ledgers {
            #expect(await ledger.wait(for: 120, timeout: .seconds(20)))
            #expect(try StateFixture.lines(of: ledger.state) == expected)
            #expect(ledger.following?.lagEntryCount == 0)
        }
    }

    @Test func `of the writers of one name exactly one wins, whoever serves them`() async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(3, on: medium)
        for round in 0..<20 {
            let wins = await withTaskGroup(of: Bool.self) { group in
                for ledger in ledgers {
                    group.addTask {
                        do {
                            _ = try await create(ledger, "c\(round)")
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
        }
        #expect(medium.records.count == 20)
    }

    @Test func `a refusal is decided on the newest state, also where nobody told of it`()
        async throws
    {
        let medium = SharedMedium()
        let ledgers = try ledgers(2, on: medium, polling: .seconds(60))
        _ = try await create(ledgers[0], "c1")
        #expect(ledgers[1].revision == 0)
        await #expect(throws: CommitError<Refused>.self) { try await create(ledgers[1], "c1") }
        #expect(ledgers[1].revision == 1)
        // And a plan that finds nothing to do has looked at the newest state too.
        _ = try await create(ledgers[0], "c2")
        let answer =
            try await ledgers[1]
            .commit(actor: actor, now: StateFixture.now) { (state, _) throws(Refused) in
                Ledger.Plan([], answer: state.revision)
            }
        #expect(answer.answer == 2)
    }

    @Test func `who refuses is not starved by others that write all the time`() async throws {
        let template = SharedMedium()
        let writer = try ledgers(1, on: template)[0]
        for index in 0..<60 { _ = try await create(writer, "c\(index)") }
        let medium = SharedMedium()
        let refuser = try ledgers(2, on: medium, polling: .seconds(60))[1]
        medium.content.withLock { $0.others = template.records }
        // Each look behind the state finds that another one was written meanwhile.
        for _ in 0..<10 {
            let answer =
                try await refuser.commit(actor: actor, now: StateFixture.now) {
                    (state, _) throws(Refused) in Ledger.Plan([], answer: state.revision)
                }
            #expect(answer.answer > 0)
        }
        #expect(refuser.revision >= 10)
        let holder = medium.content.withLock { $0.holder }
        #expect(holder == nil)
    }

    @Test func `who is to judge the state first gets the newest`() async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(2, on: medium, polling: .seconds(60))
        for index in 0..<7 { _ = try await create(ledgers[0], "c\(index)") }
        #expect(ledgers[1].revision == 0)
        try await ledgers[1].refresh()
        #expect(ledgers[1].revision == 7)
        medium.setAway(true)
        await #expect(throws: LedgerError.self) { try await ledgers[1].refresh() }
    }

    @Test func `who follows sees what others wrote, as state and as entries`() async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(2, on: medium)
        for index in 0..<10 { _ = try await create(ledgers[0], "c\(index)") }
        #expect(await ledgers[1].wait(for: 10, timeout: .seconds(20)))
        let entries = try #require(ledgers[1].entries(recentlyAfter: 4))
        #expect(entries.map(\.position) == Array(5...10))
        #expect(entries.map(\.entry.revision) == Array(5...10))
    }

    @Test func `what was surely not appended may be tried again`() async throws {
        let medium = SharedMedium()
        let ledger = try ledgers(1, on: medium)[0]
        medium.expect([.unavailable])
        #expect(await failure { try await create(ledger, "c1") } == .unavailable)
        #expect(ledger.condition == .serving)
        _ = try await create(ledger, "c1")
        medium.setAway(true)
        #expect(await failure { try await create(ledger, "c2") } == .unavailable)
        #expect(ledger.following?.isConnected == false)
        medium.setAway(false)
        _ = try await create(ledger, "c2")
        #expect(medium.records.count == 2)
    }

    @Test(arguments: [SharedMedium.Fate.unknownAppended, .unknownLost])
    func `an outcome that is not known is told as such, and comes to light`(
        fate: SharedMedium.Fate
    ) async throws {
        let medium = SharedMedium()
        let ledger = try ledgers(1, on: medium, polling: .seconds(60))[0]
        _ = try await create(ledger, "c1")
        medium.expect([fate])
        #expect(await failure { try await create(ledger, "c2") } == .unknown)
        #expect(ledger.condition == .serving)
        // The same again: refused when it was made, made when it was not.
        do {
            _ = try await create(ledger, "c2")
            #expect(fate == .unknownLost)
        } catch {
            #expect(fate == .unknownAppended)
        }
        #expect(medium.records.count == 2)
        #expect(ledger.revision == 2)
    }

    @Test func `a log that cannot be followed ends writing, and reads go on`() async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(2, on: medium)
        _ = try await create(ledgers[0], "c1")
        #expect(await ledgers[1].wait(for: 1, timeout: .seconds(20)))
        let rest = Array("not an entry".utf8)
        medium.content.withLock { $0.records.append(JournalRecord(position: 2, payload: rest)) }
        for ledger in ledgers {
            try await Wait.until("the end of writing") { ledger.condition != .serving }
            #expect(await failure { try await create(ledger, "c3") } == .readOnly)
            #expect(ledger.revision == 1)
        }
    }

    @Test(arguments: [true, false])
    func `who was away for too long loads the state anew, and goes on`(
        isAskedToWrite: Bool
    ) async throws {
        let medium = SharedMedium()
        let first = try ledgers(1, on: medium)[0]
        let polling = isAskedToWrite ? Duration.seconds(60) : .milliseconds(300)
        let away = try Ledger(journal: SharedMediumJournal(medium, id: 5, polling: polling))
        for index in 0..<20 { _ = try await create(first, "c\(index)") }
        let tenant = try #require(TenantID("acme"))
        let generation = away.state.tenant(tenant).generation
        #expect(await first.saveSnapshot())
        medium.prune()
        _ = try await create(first, "c20")
        if isAskedToWrite {
            _ = try await create(away, "c21")
        } else {
            #expect(await away.wait(for: 21, timeout: .seconds(20)))
        }
        #expect(away.condition == .serving)
        #expect(away.following?.reloadCount == 1)
        #expect(away.state.tenant(tenant).generation > generation)
        #expect(away.entries(recentlyAfter: 3) == nil)
        #expect(await first.wait(for: away.revision, timeout: .seconds(20)))
        #expect(
            try StateFixture.lines(of: away.state) == StateFixture.lines(of: first.state)
        )
    }

    @Test(arguments: 1...40)
    func `whatever the medium does, the log has what was acknowledged, once`(
        seed: UInt64
    ) async throws {
        let medium = SharedMedium()
        let ledgers = try ledgers(3, on: medium)
        var chance = Chance(seed: seed)
        medium.expect(
            (0..<60)
                .map { _ in
                    switch chance.number(below: 8) {
                    case 0: .unavailable
                    case 1: .unknownAppended
                    case 2: .unknownLost
                    default: .normal
                    }
                }
        )
        let outcomes = await withTaskGroup(of: [String: LedgerError.Code?].self) { group in
            for writer in 0..<6 {
                let ledger = ledgers[writer % 3]
                group.addTask {
                    var outcomes: [String: LedgerError.Code?] = [:]
                    for index in 0..<10 {
                        let id = "c\(writer)_\(index)"
                        let code = await failure { try await create(ledger, id) }
                        outcomes[id] = .some(code)
                    }
                    return outcomes
                }
            }
            return await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        }
        let whole = try Ledger(journal: SharedMediumJournal(medium, id: 9))
        let tenant = try #require(TenantID("acme"))
        let made = Set(whole.state.tenant(tenant).connections.keys.map(\.text))
        #expect(medium.records.count == made.count)
        for (id, code) in outcomes {
            switch code {
            case nil: #expect(made.contains(id), "\(id) was acknowledged")
            case .unavailable: #expect(!made.contains(id), "\(id) was refused")
            case .unknown: continue
            default: Issue.record("\(id): \(String(describing: code))")
            }
        }
    }

    private func failure(_ body: () async throws -> State) async -> LedgerError.Code? {
        do {
            _ = try await body()
            return nil
        } catch CommitError<Refused>.failed(let error) {
            return error.code
        } catch {
            Issue.record("unexpected: \(error)")
            return nil
        }
    }
}
