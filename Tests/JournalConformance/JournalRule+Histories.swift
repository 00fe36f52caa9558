import Ledger

extension JournalRule {
    static let histories = (1...8)
        .map { seed in
            JournalRule("a history of chance gives what a list gives, seed \(seed)") { bed in
                var history = History(seed: UInt64(seed), bed: bed)
                try await history.run(stepCount: 60)
            }
        }
}

/// Appends, saves and restarts in an order of chance, beside a list that does the same.
private struct History {
    let bed: any JournalBed
    private var chance: Chance
    private var records: [JournalRecord] = []
    private var lines: [[UInt8]] = []
    private var saved = 0

    init(seed: UInt64, bed: any JournalBed) {
        chance = Chance(seed: seed)
        self.bed = bed
    }

    mutating func run(stepCount: Int) async throws {
        var loaded = try bed.open()
        for _ in 0..<stepCount {
            switch chance.number(below: 10) {
            case 0:
                await loaded.journal.close()
                loaded = try reopen()
            case 1:
                saved += chance.number(below: records.count - saved + 1)
                lines = payloads()
                try await loaded.save(lines, at: UInt64(saved))
            default:
                let batch = LoadedJournal.records(payloads(), after: UInt64(records.count))
                try await loaded.journal.append(batch)
                records += batch
            }
        }
        await loaded.journal.close()
        await (try reopen()).journal.close()
    }

    private func reopen() throws -> LoadedJournal {
        let loaded = try bed.open()
        try require(
            loaded.report.snapshotPosition,
            equals: UInt64(saved),
            "the snapshot's position"
        )
        try require(loaded.report.lastPosition, equals: UInt64(records.count), "the last position")
        try require(loaded.lines, equals: lines, "lines")
        try require(loaded.records, equals: Array(records[saved...]), "records")
        return loaded
    }

    /// One to five texts of 1 to 400 bytes, without a line feed.
    private mutating func payloads() -> [[UInt8]] {
        (0...chance.number(below: 5))
            .map { _ in
                let byte = UInt8(0x20 + chance.number(below: 0x5F))
                return [UInt8](repeating: byte, count: 1 + chance.number(below: 400))
            }
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
private struct Chance {
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
