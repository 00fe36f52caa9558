import JSON
import Model
import Synchronization
import Testing

@testable import Ledger

@Suite struct LedgerTests {
    private struct Refused: Error, Equatable {}
    private let actor = ChangeActor.system("test")

    private func put(
        _ ledger: Ledger,
        _ id: String,
        tenant: String = "acme",
        description: String = "d"
    ) async throws -> State {
        try await ledger.commit(actor: actor, now: StateFixture.now) {
            (_, stamp) throws(Refused) in
            do {
                let connection = try StateFixture.connection(
                    id,
                    tenant: tenant,
                    description: description
                )
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

    private func tenant(_ text: String) throws -> TenantID { try #require(TenantID(text)) }

    @Test func `what was committed is there after a restart, byte for byte`() async throws {
        let storage = MemoryJournal.Storage()
        let first = try Ledger(journal: MemoryJournal(storage: storage))
        for index in 0..<20 { _ = try await put(first, "c\(index)", tenant: "t\(index % 3)") }
        _ = try await first.commit(actor: actor, now: StateFixture.now) {
            (_, stamp) throws(Refused) in
            let health = ConnectionHealth(status: .healthy)
            guard let tenant = TenantID("t0"), let id = ConnectionID("c0") else { throw Refused() }
            return Ledger.Plan([.putHealth(tenant, id, health)], answer: true)
        }
        let before = try StateFixture.lines(of: first.state)
        #expect(first.state.revision == 20)
        await first.close()
        let second = try Ledger(journal: MemoryJournal(storage: storage))
        #expect(try StateFixture.lines(of: second.state) == before)
        #expect(second.state.revision == 20)
        #expect(second.state.position == 21)
    }

    @Test func `a snapshot and the records behind it give the same state as the log`() async throws
    {
        let storage = MemoryJournal.Storage()
        let first = try Ledger(journal: MemoryJournal(storage: storage))
        for index in 0..<5 { _ = try await put(first, "c\(index)") }
        #expect(await first.saveSnapshot())
        for index in 3..<9 { _ = try await put(first, "c\(index)", description: "again") }
        let before = try StateFixture.lines(of: first.state)
        await first.journal.close()
        let second = try Ledger(journal: MemoryJournal(storage: storage))
        #expect(try StateFixture.lines(of: second.state) == before)
    }

    @Test func `a plan that refuses changes nothing and its error is thrown`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        do {
            _ = try await ledger.commit(actor: actor, now: StateFixture.now) {
                (_, _) throws(Refused) -> Ledger.Plan<Bool> in throw Refused()
            }
            Issue.record("the plan's refusal was swallowed")
        } catch {
            guard case .refused(let refusal) = error else {
                Issue.record("another error than the plan's")
                return
            }
            #expect(refusal == Refused())
        }
        #expect(ledger.state.revision == 0)
        #expect(ledger.state.position == 0)
    }

    @Test func `health and bookkeeping move the position and not the revision`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        let state = try await put(ledger, "conn_a")
        let tenant = try tenant("acme")
        let id = try #require(ConnectionID("conn_a"))
        let after =
            try await ledger.commit(actor: actor, now: StateFixture.now) {
                (_, _) throws(Refused) in
                Ledger.Plan(
                    [.putHealth(tenant, id, ConnectionHealth(status: .degraded))],
                    answer: true
                )
            }
            .state
        #expect(after.revision == state.revision)
        #expect(after.position == state.position + 1)
        #expect(after.tenant(tenant).health[id]?.status == .degraded)
    }

    @Test func `of many conditional writers exactly one wins`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        let seen = try await put(ledger, "conn_a").revision
        let tenant = try tenant("acme")
        let id = try #require(ConnectionID("conn_a"))
        let wins = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    do {
                        _ = try await ledger.commit(
                            actor: .system("writer"),
                            now: StateFixture.now
                        ) { (state, stamp) throws(Refused) in
                            let existing = state.tenant(tenant).connections[id]
                            guard let existing, existing.revision == seen else { throw Refused() }
                            let moved = existing.value.moved(to: .paused, reason: "\(index)")
                            let stored = Stored(
                                moved,
                                revision: stamp.revision,
                                createdAt: existing.createdAt,
                                updatedAt: stamp.now
                            )
                            return Ledger.Plan([.putConnection(stored)], answer: true)
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(ledger.state.revision == seen + 1)
    }

    @Test func `concurrent writers get revisions without gaps`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask { _ = try await put(ledger, "c\(index)") }
            }
            try await group.waitForAll()
        }
        let revisions = try ledger.state.tenant(tenant("acme")).connections.values.map(\.revision)
        #expect(revisions.sorted() == (1...200).map { UInt64($0) })
    }

    @Test func `after the journal failed nothing is written any more, and reads go on`()
        async throws
    {
        let journal = FailingJournal(appendsUntilFailure: 1)
        let ledger = try Ledger(journal: journal)
        _ = try await put(ledger, "conn_a")
        await #expect(throws: CommitError<Refused>.self) { _ = try await put(ledger, "conn_b") }
        await #expect(throws: CommitError<Refused>.self) { _ = try await put(ledger, "conn_c") }
        guard case .readOnly = ledger.condition else {
            Issue.record("the ledger still takes writes")
            return
        }
        #expect(ledger.state.revision == 1)
        #expect(journal.appendCount == 2)
    }

    @Test func `a waiting reader is woken by the write that it waits for`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        async let reached = ledger.wait(for: 1, timeout: .seconds(30))
        _ = try await put(ledger, "conn_a")
        #expect(await reached)
        #expect(await ledger.wait(for: 1, timeout: .zero))
        #expect(await !ledger.wait(for: 2, timeout: .milliseconds(5)))
    }

    @Test func `a rehearsal keeps nothing`() async throws {
        let ledger = try Ledger(journal: MemoryJournal())
        let next = ledger.rehearse(now: StateFixture.now) { (_, stamp) in
            Ledger.Plan([.removeIdempotency("x")], answer: stamp.revision)
        }
        #expect(next == 1)
        #expect(ledger.state.position == 0)
    }
}

/// A journal that fails after a number of appends, as a disk does.
private final class FailingJournal: Journal {
    private let left: Mutex<Int>
    private let count = Atomic<Int>(0)

    init(appendsUntilFailure: Int) { left = Mutex(appendsUntilFailure) }

    var appendCount: Int { count.load(ordering: .relaxed) }

    func load(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> JournalReport {
        JournalReport(snapshotPosition: 0, lastPosition: 0, tornByteCount: 0)
    }

    func append(_ records: [JournalRecord]) async throws(JournalError) {
        count.wrappingAdd(1, ordering: .relaxed)
        let fails = left.withLock { left in
            defer { left -= 1 }
            return left <= 0
        }
        if fails { throw JournalError(.full, "no space is left") }
    }

    func save(_ snapshot: any SnapshotSource) async throws(JournalError) {}
    func withHistory<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        throw JournalError(.unavailable, "nothing is kept")
    }
    func close() async {}
}
