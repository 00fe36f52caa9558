import JSON
import Model
import Testing
import Waiting

@testable import Ledger

/// What entries owe to the audit trail, from the plan until the log knows that the trail has it.
@Suite struct AuditDebtsTests {
    private static let actor = ChangeActor.system("test")

    private struct Refused: Error {}

    private func ledger(
        _ storage: MemoryJournal.Storage = MemoryJournal.Storage(),
        _ writer: AuditWriter? = .only
    ) throws -> Ledger {
        try Ledger(journal: MemoryJournal(storage: storage), auditWriter: writer)
    }

    /// The ledger of the process that comes next, when the one before has let go of the storage.
    private func next(
        _ storage: MemoryJournal.Storage,
        _ writer: AuditWriter = .only
    ) async throws -> Ledger {
        var found: Ledger?
        try await Wait.until("the process before is gone") {
            do {
                found = try ledger(storage, writer)
            } catch let error as LedgerError where error.code == .locked {
                return false
            }
            return true
        }
        return try #require(found)
    }

    private static func owed(_ action: String, behind: UInt64 = 0) -> OwedRecords {
        OwedRecords(
            common: ["requestId": "r1"],
            records: [["action": .string(action)]],
            behind: behind
        )
    }

    /// Writes something that owes a record.
    private func write(_ ledger: Ledger, _ action: String) async throws -> AuditDebt? {
        let spec = try StateFixture.spec("payments.x", version: Int64(1 + ledger.revision))
        return
            try await ledger.commitOwing(actor: Self.actor, now: StateFixture.now) {
                (_, stamp) throws(Refused) in
                let stored = Stored(
                    spec,
                    revision: stamp.revision,
                    createdAt: stamp.now,
                    updatedAt: stamp.now
                )
                return Ledger.Plan([.putSpec(stored)], answer: true, owes: Self.owed(action))
            }
            .debt
    }

    private func actions(_ entries: [OwingEntry]) -> [String?] {
        entries.flatMap { $0.records.records.map { $0["action"]?.string } }
    }

    @Test func `an entry owes until a later one tells that its record is written`() async throws {
        let ledger = try ledger()
        let first = try #require(try await write(ledger, "first"))
        #expect(actions(ledger.state.auditDebts[.only]) == ["first"])
        #expect(ledger.abandonedDebts.isEmpty, "somebody is about to write it")
        first.settle()
        #expect(ledger.hasSettledDebts)
        #expect(
            actions(ledger.state.auditDebts[.only]) == ["first"],
            "the log does not know it yet"
        )
        let second = try await write(ledger, "second")
        #expect(actions(ledger.state.auditDebts[.only]) == ["second"])
        #expect(!ledger.hasSettledDebts)
        withExtendedLifetime(second) {}
    }

    @Test func `what is settled in another order leaves what is not`() async throws {
        let ledger = try ledger()
        var debts: [AuditDebt?] = []
        for index in 0..<6 { debts.append(try await write(ledger, "\(index)")) }
        for index in [5, 1, 2, 0] { debts[index]?.settle() }
        debts.append(try await write(ledger, "last"))
        #expect(actions(ledger.state.auditDebts[.only]) == ["3", "4", "last"])
        #expect(ledger.state.auditDebts.count == 3)
    }

    @Test func `a debt that is dropped is abandoned, one that is settled is not`() async throws {
        let ledger = try ledger()
        _ = try await write(ledger, "dropped")
        let held = try await write(ledger, "held")
        try await write(ledger, "settled")?.settle()
        #expect(actions(ledger.abandonedDebts) == ["dropped"])
        ledger.settle(ledger.abandonedDebts)
        #expect(ledger.abandonedDebts.isEmpty)
        withExtendedLifetime(held) {}
    }

    @Test(arguments: [false, true])
    func `a process that starts finds what was in flight, in the log and in a snapshot`(
        _ hasSnapshot: Bool
    ) async throws {
        let storage = MemoryJournal.Storage()
        var first: Ledger? = try ledger(storage)
        var debts: [AuditDebt?] = []
        for index in 0..<4 {
            if let ledger = first { debts.append(try await write(ledger, "\(index)")) }
        }
        debts[1]?.settle()
        if let ledger = first { debts.append(try await write(ledger, "4")) }
        if hasSnapshot { #expect(await first?.saveSnapshot() == true) }
        // Dropped without a close: the process died.
        first = nil
        debts = []
        let second = try await next(storage)
        let found = second.abandonedDebts
        #expect(actions(found) == ["0", "2", "3", "4"])
        #expect(found.map(\.position) == [1, 3, 4, 5])
        #expect(found.allSatisfy { $0.at == StateFixture.now })
        #expect(found.allSatisfy { $0.records.common["requestId"] == "r1" })
        let held = try await write(second, "new")
        #expect(
            actions(second.abandonedDebts) == ["0", "2", "3", "4"],
            "it has a number of its own"
        )
        second.settle(found)
        _ = try await write(second, "newer")
        #expect(actions(second.state.auditDebts[.only]) == ["new", "newer"])
        withExtendedLifetime(held) {}
    }

    @Test func `what refuses, or changes nothing, owes nothing`() async throws {
        let ledger = try ledger()
        let result = try await ledger.commitOwing(actor: Self.actor, now: StateFixture.now) {
            (_, _) throws(Refused) in Ledger.Plan([], answer: true, owes: Self.owed("nothing"))
        }
        #expect(result.debt == nil)
        await #expect(throws: (any Error).self) {
            _ = try await ledger.commitOwing(actor: Self.actor, now: StateFixture.now) {
                (_, _) throws(Refused) -> Ledger.Plan<Bool> in throw Refused()
            }
        }
        #expect(ledger.state.auditDebts.count == 0)
    }

    @Test func `a ledger without a trail to settle with keeps nothing`() async throws {
        let storage = MemoryJournal.Storage()
        let ledger = try ledger(storage, nil)
        #expect(!ledger.keepsDebts)
        #expect(try await write(ledger, "first") == nil)
        #expect(ledger.state.auditDebts.count == 0)
    }

    @Test func `writers settle their own, and an anchor settles another's that it goes on with`()
        async throws
    {
        let storage = MemoryJournal.Storage()
        var ledger: Ledger? = try ledger(storage)
        if let ledger { _ = try await write(ledger, "old") }
        ledger = nil
        let next = try await next(storage, AuditWriter("replica"))
        _ = try await write(next, "new")
        #expect(actions(next.abandonedDebts) == ["new"])
        let left = next.state.auditDebts[.only]
        #expect(actions(left) == ["old"])
        _ = try await next.commit(actor: Self.actor, now: StateFixture.now) {
            (_, _) throws(Refused) in
            let anchor = AuditAnchor(sequence: 1, hash: "h")
            return Ledger.Plan(
                [.anchorAudit(anchor, of: AuditWriter("replica"))],
                answer: true,
                settles: AuditSettlement(.only, left)
            )
        }
        #expect(next.state.auditDebts[.only].isEmpty)
        #expect(actions(next.state.auditDebts[AuditWriter("replica")]) == ["new"])
    }

    @Test func `more than may be owed lets the oldest of all writers go, and counts them`() throws {
        var debts = AuditDebts()
        let writers = [AuditWriter("a"), AuditWriter("b")]
        func take(_ position: UInt64, _ writer: AuditWriter) {
            let note = AuditNote(writer, owed: (position, Self.owed("\(position)")))
            debts.take(note, at: StateFixture.now, position: position)
        }
        for position in 1...UInt64(AuditDebts.countMax) { take(position, writers[0]) }
        #expect(debts.count == AuditDebts.countMax && debts.droppedCount == 0)
        for position in 1...3 as ClosedRange<UInt64> {
            take(UInt64(AuditDebts.countMax) + position, writers[1])
        }
        #expect(debts.count == AuditDebts.countMax && debts.droppedCount == 3)
        #expect(debts[writers[0]].first?.position == 4)
        #expect(debts[writers[1]].count == 3)
    }

    @Test func `an entry and a snapshot of a version that owes nothing are read`() throws {
        let entry =
            #"{"revision":1,"at":"2026-01-01T00:00:00Z","actor":{"type":"key","id":"k"},"changes":[]}"#
        #expect(try LogEntry(parsing: Array(entry.utf8)).audit == nil)
        #expect(try AuditDebts(reading: ["revision": 4]).count == 0)
    }

    @Test(arguments: [
        #"{"number":1,"records":[]}"#, #"{"number":1,"behind":0}"#, #"{"number":-1}"#,
    ])
    func `a note that can't be read is refused`(_ text: String) throws {
        let json = try JSONValue(parsing: Array(text.utf8))
        #expect(throws: ChangeError.self) { _ = try AuditNote(json) }
    }

    @Test func `the states around an entry are those before and behind it`() async throws {
        let storage = MemoryJournal.Storage()
        let ledger = try ledger(storage)
        for index in 0..<6 { _ = try await write(ledger, "\(index)") }
        let found = try await ledger.surroundings(of: [2, 5, 9], tenants: []) {
            position,
            before,
            entry,
            after in
            [before.revision, before.position, entry.revision, after.revision, position]
        }
        #expect(found == [2: [1, 1, 2, 2, 2], 5: [4, 4, 5, 5, 5]])
        #expect(await ledger.saveSnapshot())
        _ = try await write(ledger, "6")
        let later = try await ledger.surroundings(of: [2, 7], tenants: []) { _, before, _, after in
            [UInt64(before.catalog.specs.count), UInt64(after.catalog.specs.count)]
        }
        #expect(later == [7: [6, 7]], "what is not kept any more is left out")
    }
}
