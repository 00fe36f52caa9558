import Ledger
import LedgerFile
import Testing

/// Looking at a folder, copying and repairing it, with several segments and snapshots.
@Suite struct LedgerFolderTests {
    private static let count: UInt64 = 12

    private static func text(_ position: UInt64) -> String {
        "\(position) " + String(repeating: "x", count: 1500)
    }

    private static func lines(_ position: UInt64) -> [String] { ["state of \(position)"] }

    /// Six segments of two records each; snapshots of 3 and 7, the whole log kept.
    private func folder() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let journal = folder.journal(snapshotCount: 3)
        _ = try Loaded(journal)
        for position in 0..<Self.count {
            try await journal.append([Self.text(position + 1)], after: position)
            if [2, 6].contains(position) {
                try await journal.save(Self.lines(position + 1), at: position + 1)
            }
        }
        await journal.close()
        return folder
    }

    private func segment(_ position: Int) -> String {
        "ledger-" + String(repeating: "0", count: 20 - "\(position)".count) + "\(position).log"
    }

    private func snapshot(_ position: Int) -> String {
        segment(position).replacing("ledger", with: "snapshot").replacing("log", with: "ndjson")
    }

    private func damage(_ folder: TemporaryFolder, _ name: String, at offset: Int) throws {
        var bytes = try folder.bytes(of: name)
        bytes[offset] ^= 1
        try folder.write(bytes, to: name)
    }

    private func inspection(_ folder: TemporaryFolder) throws -> LedgerInspection {
        try LedgerFolder(folder.path).inspect()
    }

    @Test func `an inspection reads every record and changes nothing`() async throws {
        let folder = try await folder()
        let before = try folder.names().map { try folder.bytes(of: $0) }
        var positions: [UInt64] = []
        let inspection = try LedgerFolder(folder.path).inspect { positions.append($0.position) }
        #expect(positions == Array(1...Self.count))
        #expect(inspection.segments.map(\.firstPosition) == [1, 3, 5, 7, 9, 11])
        #expect(inspection.segments.dropLast().allSatisfy { $0.ending == .sealed })
        #expect(inspection.segments.last?.ending == .open)
        #expect(inspection.errors.isEmpty && inspection.notes.isEmpty)
        #expect(try folder.names().map { try folder.bytes(of: $0) } == before)
    }

    /// Where a byte is spoilt, what a repair leaves, and what it loses.
    private static let repairs: [(segment: Int, offset: Int, last: UInt64, lost: UInt64?)] = [
        // Before the newest snapshot: only history is lost.
        (3, 100, 12, nil), (1, 5, 12, nil),
        // In the segment that a start reads first, behind the snapshot and before it.
        (7, 1700, 7, 8), (7, 100, 7, 8),
        // Behind it.
        (9, 100, 8, 9), (9, 1700, 9, 10), (11, 40, 10, 11), (11, 5, 10, 11),
    ]

    @Test(arguments: repairs)
    func `a repair keeps all that is before the damage, and a copy of the rest`(
        _ case: (segment: Int, offset: Int, last: UInt64, lost: UInt64?)
    ) async throws {
        let folder = try await folder()
        try damage(folder, segment(`case`.segment), at: `case`.offset)
        let before = try folder.names().map { ($0, try folder.bytes(of: $0)) }
        let ledger = try LedgerFolder(folder.path)
        #expect(try ledger.inspect().errors.first?.contains(segment(`case`.segment)) == true)
        #expect(throws: JournalError.self) { try LedgerRepair.run(ledger, .tornTail) }
        #expect(try folder.names().map { try folder.bytes(of: $0) } == before.map(\.1))

        let report = try LedgerRepair.run(ledger, .fromDamageOn)
        #expect(report.lastPosition == `case`.last)
        #expect(report.lostPositions == `case`.lost.map { $0...Self.count })
        #expect(try inspection(folder).errors.isEmpty)
        // Every byte is still there: in its file, or in a copy.
        let kept = try folder.names().map { try folder.bytes(of: $0) }
        for (name, bytes) in before {
            let isWhole = kept.contains(bytes)
            let isCut = try folder.names().contains { $0.hasPrefix(name + ".") }
            #expect(isWhole || isCut, "\(name)")
        }
        let loaded = try await folder.load()
        #expect(loaded.report.lastPosition == `case`.last)
        #expect(loaded.lines == Self.lines(7))
        let behind: [UInt64] = `case`.last > 7 ? Array(8...`case`.last) : []
        #expect(loaded.payloads == behind.map(Self.text))
    }

    @Test func `a torn tail is cut after a copy, and nothing is lost`() async throws {
        let folder = try await folder()
        try damage(folder, segment(11), at: 1700)
        let ledger = try LedgerFolder(folder.path)
        let inspection = try ledger.inspect()
        #expect(inspection.errors.isEmpty && inspection.notes.count == 1)
        let report = try LedgerRepair.run(ledger, .tornTail)
        #expect(report.lastPosition == 11 && report.lostPositions == nil)
        #expect(try folder.names().contains { $0.hasSuffix(".broken") })
        #expect(try LedgerRepair.run(ledger, .tornTail).steps.isEmpty)
    }

    @Test func `a segment or the end of the log that is missing is found`() async throws {
        let middle = try await folder()
        try middle.remove(segment(9))
        #expect(try inspection(middle).errors.contains { $0.contains("records are missing") })
        #expect(
            try LedgerRepair.run(LedgerFolder(middle.path), .fromDamageOn).lostPositions == 9...12
        )
        let end = try await folder()
        try end.remove(segment(11))
        #expect(try inspection(end).errors.contains { $0.contains("is missing") })
        let start = try await folder()
        for position in [1, 3] { try start.remove(segment(position)) }
        for position in [3, 7] { try start.remove(snapshot(position)) }
        let ledger = try LedgerFolder(start.path)
        #expect(try ledger.inspect().errors.contains { $0.contains("begins at position 5") })
        #expect(throws: JournalError.self) { try LedgerRepair.run(ledger, .fromDamageOn) }
    }

    @Test func `a folder that is held is not repaired, and its holder is named`() async throws {
        let folder = try await folder()
        let ledger = try LedgerFolder(folder.path)
        #expect(try ledger.holder() == nil)
        let journal = folder.journal()
        _ = try Loaded(journal)
        #expect(try ledger.holder()?.hasPrefix("process ") == true)
        let error = #expect(throws: JournalError.self) {
            try LedgerRepair.run(ledger, .fromDamageOn)
        }
        #expect(error?.code == .locked)
        await journal.close()
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 11, 12] as [UInt64])
    func `a copy is the log up to its position`(_ position: UInt64) async throws {
        let source = try await folder()
        let copy = try TemporaryFolder()
        do {
            let target = try LedgerTarget(copy.path)
            try target.copy(LedgerFolder(source.path), through: position)
        }
        let loaded = try await copy.load()
        #expect(loaded.report.lastPosition == position)
        let base = loaded.report.snapshotPosition
        #expect(loaded.lines == (base == 0 ? [] : Self.lines(base)))
        #expect(loaded.payloads == (base..<position).map { Self.text($0 + 1) })
        // All of the history that the source has came along.
        var positions: [UInt64] = []
        _ = try LedgerFolder(copy.path).inspect { positions.append($0.position) }
        #expect(positions == Array(1...position))
    }

    @Test func `a copy does not need what is damaged behind its position`() async throws {
        let source = try await folder()
        try damage(source, segment(9), at: 100)
        let ledger = try LedgerFolder(source.path)
        let copy = try TemporaryFolder()
        try LedgerTarget(copy.path).copy(ledger, through: 8)
        #expect(try await copy.load().report.lastPosition == 8)
        let other = try TemporaryFolder()
        #expect(throws: JournalError.self) {
            try LedgerTarget(other.path).copy(ledger, through: 9)
        }
        // And never into a folder that has something.
        #expect(throws: JournalError.self) { try LedgerTarget(copy.path) }
    }
}
