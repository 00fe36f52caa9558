import Model

@testable import Ledger

/// A ledger that is changed at random, and what its state was at each revision.
struct LedgerStory {
    struct Refused: Error {}

    let ledger: Ledger
    let tenant: TenantID
    /// The lines of the state at the end of each revision.
    private(set) var lines: [UInt64: [[UInt8]]] = [:]
    private(set) var saveCount = 0
    private var chance: Chance

    init(seed: UInt64, journal: any Journal = MemoryJournal()) throws {
        guard let tenant = TenantID("acme") else { throw Refused() }
        self.tenant = tenant
        ledger = try Ledger(journal: journal)
        chance = Chance(seed: seed)
        lines[0] = try Self.lines(of: ledger.state)
    }

    /// Makes, changes or removes something, observes health, or saves a snapshot.
    mutating func step() async throws {
        let id = "c\(chance.number(below: 5))"
        switch chance.number(below: 12) {
        case 0:
            guard await ledger.saveSnapshot() else { throw Refused() }
            saveCount += 1
        case 1, 2: try await commit { .putHealth($1, $2, ConnectionHealth(status: .healthy)) }
        case 3: try await commit { .removeConnection($1, $2) }
        case 4:
            let spec = try StateFixture.spec("payments.x", version: Int64(1 + ledger.revision))
            try await commit { stamp, _, _ in .putSpec(Self.stored(spec, stamp)) }
        default: try await put("acme", id)
        }
    }

    /// Puts a connection of a tenant.
    mutating func put(_ tenant: String, _ id: String) async throws {
        let connection = try StateFixture.connection(
            id,
            tenant: tenant,
            description: "\(chance.number(below: 1000))"
        )
        try await commit { stamp, _, _ in .putConnection(Self.stored(connection, stamp)) }
    }

    private mutating func commit(
        _ change: @escaping @Sendable (Ledger.Stamp, TenantID, ConnectionID) -> Change
    ) async throws {
        let tenant = tenant
        guard let id = ConnectionID("c\(chance.number(below: 5))") else { throw Refused() }
        let state =
            try await ledger.commit(actor: .system("test"), now: StateFixture.now) {
                (_, stamp) throws(Refused) in Ledger.Plan([change(stamp, tenant, id)], answer: true)
            }
            .state
        lines[state.revision] = try Self.lines(of: state)
    }

    /// The oldest revision of which the past can be shown.
    func oldestKept() async throws -> UInt64 {
        try await ledger.reading { (history) throws(JournalError) in
            guard history.firstPosition > 1, let first = history.snapshotPositions.first else {
                return 0
            }
            return try SnapshotHead.revision(of: first, in: history)
        }
    }

    /// The lines of a state, but for the other tenants' and the position.
    static func lines(of state: State) throws -> [[UInt8]] {
        try StateFixture.lines(of: state)
            .filter { String(decoding: $0, as: UTF8.self).contains("foreign") == false }
    }

    private static func stored<Value>(_ value: Value, _ stamp: Ledger.Stamp) -> Stored<Value> {
        Stored(value, revision: stamp.revision, createdAt: stamp.now, updatedAt: stamp.now)
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func number(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((word ^ (word >> 31)) % UInt64(limit))
    }
}
