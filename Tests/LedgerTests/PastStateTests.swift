import Model
import Testing

@testable import Ledger

/// What was at a revision is told later as it was then.
@Suite struct PastStateTests {
    @Test(arguments: 1...6)
    func `every kept revision is as it was when it was the newest`(_ seed: UInt64) async throws {
        var story = try LedgerStory(seed: seed)
        for _ in 0..<80 { try await story.step() }
        // So that not all of the past is in the last snapshot.
        for index in 0..<5 { try await story.put("acme", "last\(index)") }
        let oldest = try await story.oldestKept()
        #expect(oldest < story.ledger.revision)
        for revision in oldest...story.ledger.revision {
            let found = try await story.ledger.pastState(of: story.tenant, at: revision)
            #expect(found.revision == revision)
            let lines = try LedgerStory.lines(of: found)
            #expect(lines == story.lines[revision], "seed \(seed), revision \(revision)")
        }
    }

    @Test func `a revision that is not kept, or has not come, is an error that says which are`()
        async throws
    {
        var story = try LedgerStory(seed: 7)
        while story.saveCount < 2 { try await story.step() }
        let oldest = try await story.oldestKept()
        #expect(oldest > 0)
        await #expect(throws: HistoryError.notKept(oldest: oldest)) {
            try await story.ledger.pastState(of: story.tenant, at: oldest - 1)
        }
        let newest = story.ledger.revision
        await #expect(throws: HistoryError.inFuture(newest: newest)) {
            try await story.ledger.pastState(of: story.tenant, at: newest + 1)
        }
        await #expect(throws: HistoryError.inFuture(newest: newest)) {
            try await story.ledger.pastState(of: story.tenant, at: .max)
        }
    }

    @Test func `it holds nothing of another tenant, and no keys`() async throws {
        var story = try LedgerStory(seed: 8)
        try await story.put("other", "foreign")
        for _ in 0..<5 { try await story.step() }
        let past = try await story.ledger.pastState(
            of: story.tenant,
            at: story.ledger.revision - 1
        )
        #expect(past.tenants.keys.allSatisfy { $0 == story.tenant })
        #expect(past.credentials.count == 0)
    }

    @Test func `of those who read the past at one time, the one too many is refused`() async throws
    {
        let story = try LedgerStory(seed: 9)
        for _ in 0..<PastStates.readerCountMax { #expect(story.ledger.past.enter()) }
        await #expect(throws: HistoryError.overloaded) {
            try await story.ledger.reading { history in history.lastPosition }
        }
        story.ledger.past.leave()
        _ = try await story.ledger.reading { history in history.lastPosition }
    }

    @Test func `a bound number of past states is kept, the last ones used`() throws {
        let states = PastStates()
        let tenant = try #require(TenantID("acme"))
        let keys = (0...UInt64(PastStates.countMax))
            .map { PastStates.Key(tenant: tenant, revision: $0) }
        for key in keys.dropLast() { states.keep(State(), key) }
        #expect(states.state(keys[0]) != nil)
        states.keep(State(), keys[PastStates.countMax])
        #expect(states.state(keys[0]) != nil)
        #expect(states.state(keys[1]) == nil)
    }
}
