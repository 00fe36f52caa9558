import JournalConformance
import Ledger
import LedgerFile
import Testing

@Suite struct FileJournalTests {
    private struct Bed: JournalBed {
        let folder: TemporaryFolder
        let configuration: FileJournal.Configuration

        func makeJournal() -> any Journal {
            FileJournal(folder: folder.path, configuration: configuration)
        }
    }

    @Test(arguments: JournalRule.all)
    func `keeps the rules of every journal`(_ rule: JournalRule) async throws {
        let folder = try TemporaryFolder()
        try await rule.check(Bed(folder: folder, configuration: FileJournal.Configuration()))
    }

    @Test(arguments: JournalRule.all)
    func `keeps them with the smallest segments and one snapshot`(
        _ rule: JournalRule
    ) async throws {
        let configuration = FileJournal.Configuration(segmentByteCount: 4 << 10, snapshotCount: 1)
        try await rule.check(Bed(folder: try TemporaryFolder(), configuration: configuration))
    }

    @Test func `makes the folder, and those above it`() async throws {
        let folder = try TemporaryFolder()
        let journal = FileJournal(folder: folder.path + "/a/b/")
        #expect(try Loaded(journal).report.lastPosition == 0)
        await journal.close()
        for path in ["/a/b", "/a"] { try folder.removeFolder(path) }
    }

    @Test func `of many appenders at one position one succeeds, the others conflict`() async throws
    {
        let folder = try TemporaryFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        for position: UInt64 in 0..<20 {
            let appendedCount = await withTaskGroup { group in
                for writer in 0..<8 {
                    group.addTask { await Self.appends("\(position).\(writer)", position, journal) }
                }
                return await group.reduce(0) { count, isAppended in count + (isAppended ? 1 : 0) }
            }
            #expect(appendedCount == 1)
        }
        await journal.close()
        let payloads = try await folder.load().payloads
        let positions = payloads.map { text in String(text.prefix { $0 != "." }) }
        #expect(positions == (0..<20).map { "\($0)" })
    }

    /// Whether `text` was appended, rather than refused as a conflict.
    private static func appends(
        _ text: String,
        _ position: UInt64,
        _ journal: FileJournal
    ) async -> Bool {
        do {
            try await journal.append([text], after: position)
            return true
        } catch {
            #expect(error.code == .conflict)
            return false
        }
    }

    @Test func `refuses sizes out of bounds`() async {
        await #expect(processExitsWith: .failure) {
            _ = FileJournal.Configuration(segmentByteCount: (4 << 10) - 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = FileJournal.Configuration(segmentByteCount: (1 << 30) + 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = FileJournal.Configuration(snapshotCount: 0)
        }
    }
}
