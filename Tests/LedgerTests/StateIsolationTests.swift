import Model
import Synchronization
import Testing

@testable import Ledger

/// A reader of an old state is not affected by writers, and never waits for one.
@Suite struct StateIsolationTests {
    @Test func `a state that a reader holds stays the same, byte for byte, whatever is written`()
        async throws
    {
        var story = try LedgerStory(seed: 11)
        for _ in 0..<10 { try await story.step() }
        let held = story.ledger.state
        let before = try StateFixture.lines(of: held)
        for _ in 0..<200 { try await story.step() }
        #expect(try StateFixture.lines(of: held) == before)
        #expect(story.ledger.revision > held.revision)
    }

    @Test func `readers beside writers see whole revisions only`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        let one = try StateFixture.connection("one")
        let other = try StateFixture.connection("other")
        let (oneID, otherID) = (one.id, other.id)
        let end = End()
        async let torn = withTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    var tornCount = 0
                    // Cancelled when a commit throws.
                    while !end.isOver.withLock({ $0 }), !Task.isCancelled {
                        let state = ledger.state
                        guard let tenant = TenantID("acme").map(state.tenant) else { return -1 }
                        let (a, b) = (tenant.connections[oneID], tenant.connections[otherID])
                        // Both are written by one entry, so they are of one revision or not there.
                        if a?.revision != b?.revision { tornCount += 1 }
                        if (a?.revision ?? 0) > state.revision { tornCount += 1 }
                        await Task.yield()
                    }
                    return tornCount
                }
            }
            return await group.reduce(0, +)
        }
        for _ in 0..<300 {
            _ = try await ledger.commit(actor: .system("test"), now: StateFixture.now) {
                (_, stamp) throws(LedgerStory.Refused) in
                Ledger.Plan(
                    [
                        .putConnection(StateFixture.stored(one, revision: stamp.revision)),
                        .putConnection(StateFixture.stored(other, revision: stamp.revision)),
                    ],
                    answer: true
                )
            }
        }
        end.isOver.withLock { $0 = true }
        #expect(await torn == 0)
    }

    private final class End: Sendable {
        let isOver = Mutex(false)
    }

    @Test func `a table's copy keeps what it had while the other is changed`() {
        var table = ShardedTable<Int, Int>()
        for key in 0..<1000 { table.set(key, key) }
        let held = table
        for key in 0..<1000 { table.set(key, key % 3 == 0 ? nil : -key) }
        #expect((0..<1000).allSatisfy { held[$0] == $0 })
        #expect(held.count == 1000)
        #expect(table.count == 666)
    }
}
