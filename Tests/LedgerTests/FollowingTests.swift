import Model
import Testing

@testable import Ledger

/// Who follows the log sees every entry once, from memory or from the journal.
@Suite struct FollowingTests {
    private func bounds(_ countMax: Int, byteCountMax: Int = 1 << 20) -> RecentEntryBounds {
        var bounds = RecentEntryBounds()
        bounds.countMax = countMax
        bounds.byteCountMax = byteCountMax
        bounds.tick = .milliseconds(20)
        return bounds
    }

    private func put(_ ledger: Ledger, _ count: Int) async throws {
        for index in 0..<count {
            let connection = try StateFixture.connection("c\(index)")
            _ = try await ledger.commit(actor: .system("test"), now: StateFixture.now) {
                (_, stamp) throws(LedgerStory.Refused) in
                let stored = Stored(
                    connection,
                    revision: stamp.revision,
                    createdAt: stamp.now,
                    updatedAt: stamp.now
                )
                return Ledger.Plan([.putConnection(stored)], answer: true)
            }
        }
    }

    /// Every position behind one, as a follower gets them.
    private func follow(_ ledger: Ledger, after start: UInt64) async throws -> [UInt64] {
        var positions: [UInt64] = []
        while true {
            let entries = try await ledger.entries(after: positions.last ?? start)
            if entries.isEmpty { return positions }
            positions += entries.map(\.position)
        }
    }

    @Test(arguments: [1, 7, 1000])
    func `a follower sees every entry once, wherever it begins`(_ countMax: Int) async throws {
        let ledger = try Ledger(journal: MemoryJournal(), recentBounds: bounds(countMax))
        try await put(ledger, 60)
        for start: UInt64 in [0, 1, 30, 58, 59, 60] {
            #expect(try await follow(ledger, after: start) == Array((start + 1)..<61))
        }
    }

    @Test
    func `memory keeps a bound number of entries and bytes, and the newest whatever its size`()
        async throws
    {
        let few = try Ledger(journal: MemoryJournal(), recentBounds: bounds(8))
        try await put(few, 60)
        #expect(few.entries(recentlyAfter: 40) == nil)
        #expect(few.entries(recentlyAfter: 53)?.map(\.position) == Array(54...60))
        let small = try Ledger(journal: MemoryJournal(), recentBounds: bounds(100, byteCountMax: 1))
        try await put(small, 5)
        #expect(small.entries(recentlyAfter: 4)?.map(\.position) == [5])
        #expect(small.entries(recentlyAfter: 3) == nil)
    }

    @Test func `a revision leads to the position before it, from memory, the journal or neither`()
        async throws
    {
        let storage = MemoryJournal.Storage()
        let ledger = try Ledger(journal: MemoryJournal(storage: storage), recentBounds: bounds(4))
        try await put(ledger, 10)
        // Without a snapshot the journal knows no nearer place than its beginning.
        for (revision, position) in [(0, 0), (1, 0), (5, 0), (10, 9), (11, 10)] {
            #expect(try await ledger.position(before: UInt64(revision)) == UInt64(position))
        }
        await #expect(throws: HistoryError.inFuture(newest: 10)) {
            try await ledger.position(before: 12)
        }
        await ledger.close()
        let next = try Ledger(journal: MemoryJournal(storage: storage), recentBounds: bounds(4))
        try await put(next, 3)
        #expect(try await next.position(before: 11) == 10)
        await #expect(throws: HistoryError.notKept(oldest: 11)) {
            try await next.position(before: 10)
        }
    }

    @Test func `who waits is woken by an entry, at once when it is there, and by a tick`()
        async throws
    {
        let ledger = try Ledger(journal: MemoryJournal(), recentBounds: bounds(4))
        await ledger.waitForEntry(after: 0)
        #expect(try await ledger.entries(after: 0).isEmpty)
        async let wait: Void = ledger.waitForEntry(after: 0)
        try await put(ledger, 1)
        await wait
        await ledger.waitForEntry(after: 0)
        #expect(try await ledger.entries(after: 0).map(\.position) == [1])
    }

    @Test func `an entry tells what was made, also when it is read back from the log`() async throws
    {
        let ledger = try Ledger(journal: MemoryJournal(), recentBounds: bounds(1))
        try await put(ledger, 1)
        try await put(ledger, 1)
        let tenant = try #require(TenantID("acme"))
        let id = try #require(ConnectionID("c0"))
        _ = try await ledger.commit(actor: .system("test"), now: StateFixture.now) {
            (_, _) throws(LedgerStory.Refused) in
            Ledger.Plan([.removeConnection(tenant, id)], answer: true)
        }
        try await put(ledger, 1)
        let entries = try await ledger.entries(after: 0).map(\.entry)
        #expect(entries.map(\.facts.made) == [[0], [], [], [0]])
        #expect(entries[2].facts.removed[0]?.tenant == tenant)
        #expect(entries[2].facts.removed[0]?.environment?.text == "sandbox")
    }

    @Test func `an entry of an older version tells nothing of it, and is read all the same`() throws
    {
        let text =
            #"{"revision":3,"at":"2026-01-01T00:00:00Z","actor":{"type":"key","id":"k"},"#
            + #""changes":[{"kind":"key","action":"remove","id":"k1"}]}"#
        let entry = try LogEntry(parsing: Array(text.utf8))
        #expect(entry.facts == ChangeFacts())
        #expect(LogEntry.revision(of: Array(text.utf8)) == 3)
        #expect(LogEntry.revision(of: Array("{}".utf8)) == nil)
    }
}
