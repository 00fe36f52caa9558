import Ledger
import LedgerFile
import Testing

/// What `bindery migrate` does with a folder, from it and to it.
@Suite struct JournalCopyTests {
    private static func text(_ position: UInt64) -> String {
        "\(position) " + String(repeating: "x", count: 1500)
    }

    /// A journal of 30 records with snapshots at these positions, open.
    private func source(_ folder: TemporaryFolder, snapshots: [UInt64]) async throws -> FileJournal
    {
        let journal = folder.journal(snapshotCount: 1)
        _ = try Loaded(journal)
        for position: UInt64 in 0..<30 {
            try await journal.append([Self.text(position + 1)], after: position)
            guard snapshots.contains(position + 1) else { continue }
            try await journal.save(["state of \(position + 1)", "b"], at: position + 1)
        }
        return journal
    }

    @Test(arguments: [[], [10], [10, 20], [30]])
    func `a copy loads as its source does`(_ snapshots: [UInt64]) async throws {
        let folder = try TemporaryFolder()
        let source = try await source(folder, snapshots: snapshots)
        let copy = try TemporaryFolder()
        let target = FolderTarget(dataFolder: copy.path, name: "ledger")
        let report = try await JournalCopy(from: source, to: target)
        await source.close()
        #expect(report.lastPosition == 30)
        let expected = try Loaded(folder.journal(snapshotCount: 1))
        let found = try Loaded(FileJournal(folder: copy.path + "/ledger"))
        // Of the source as much is kept as there is: also what stands before its newest snapshot.
        #expect(found.report.lastPosition == expected.report.lastPosition)
        #expect(found.payloads.suffix(expected.payloads.count) == expected.payloads)
        if report.snapshotPosition > 0 { #expect(found.lines == expected.lines) }
        #expect(try copy.names() == ["ledger"])
        try copy.removeFolder("/ledger")
    }

    @Test func `a copy that was broken off is no ledger, and none is written over`() async throws {
        let folder = try TemporaryFolder()
        let source = try await source(folder, snapshots: [])
        let copy = try TemporaryFolder()
        let broken = BreakingTarget(FolderTarget(dataFolder: copy.path, name: "ledger"))
        await #expect(throws: JournalError(.unavailable, "broken off")) {
            _ = try await JournalCopy(from: source, to: broken)
        }
        #expect(try copy.names() == ["ledger.migrating"])
        await #expect(throws: JournalError.self) {
            let target = FolderTarget(dataFolder: copy.path, name: "ledger")
            _ = try await JournalCopy(from: source, to: target)
        }
        let other = try TemporaryFolder()
        for attempt in 0..<2 {
            do {
                let target = FolderTarget(dataFolder: other.path, name: "ledger")
                _ = try await JournalCopy(from: source, to: target)
                #expect(attempt == 0)
            } catch {
                #expect(attempt == 1 && error.code == .unavailable)
                #expect(error.detail.hasPrefix("there is a ledger already"))
            }
        }
        try other.removeFolder("/ledger")
        try copy.removeFolder("/ledger.migrating")
    }

    @Test func `a source that is written to meanwhile is found out`() async throws {
        let folder = try TemporaryFolder()
        let source = try await source(folder, snapshots: [])
        let copy = try TemporaryFolder()
        let target = BreakingTarget(FolderTarget(dataFolder: copy.path, name: "ledger")) {
            () async throws(JournalError) in
            try await source.append([Self.text(31)], after: 30)
        }
        do throws(JournalError) {
            _ = try await JournalCopy(from: source, to: target)
            Issue.record("the record that came meanwhile was left out without a word")
        } catch {
            #expect(error.code == .conflict)
        }
        #expect(try copy.names() == ["ledger.migrating"])
        try copy.removeFolder("/ledger.migrating")
    }
}

/// A target that fails at its first records, or lets something happen then.
private final class BreakingTarget: JournalTarget {
    private let meanwhile: (@Sendable () async throws(JournalError) -> Void)?
    private let target: FolderTarget

    init(
        _ target: FolderTarget,
        meanwhile: (@Sendable () async throws(JournalError) -> Void)? = nil
    ) {
        (self.target, self.meanwhile) = (target, meanwhile)
    }

    func begin(with snapshot: (any SnapshotSource)?) async throws(JournalError) {
        try await target.begin(with: snapshot)
    }

    func add(_ records: [JournalRecord]) async throws(JournalError) {
        guard let meanwhile else { throw JournalError(.unavailable, "broken off") }
        try await meanwhile()
        try await target.add(records)
    }

    func finish() async throws(JournalError) { try await target.finish() }
}
