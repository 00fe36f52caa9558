import Foundation
import Ledger
import LedgerFile
import Platform
import Testing

/// The folder that format version 1 was written as, in `Tests/golden/ledger-v1`: every later version
/// reads it to the same records, and while the version stands the same bytes are written.
///
/// `UPDATE_GOLDEN=1` writes it anew, which is only right before a version was ever released.
@Suite struct GoldenFolderTests {
    private static let golden: String = {
        var url = URL(filePath: #filePath)
        for _ in 0..<2 { url.deleteLastPathComponent() }
        return url.appending(path: "golden/ledger-v1").path
    }()

    private static let small = Array("first".utf8)
    private static let large = [UInt8](repeating: 0x78, count: 3990)

    /// Three batches, of which the last begins a segment; a snapshot of the first two.
    private static func write(to path: String) async throws {
        let sizes = FileJournal.Configuration(segmentByteCount: 4 << 10, snapshotCount: 2)
        let journal = FileJournal(folder: path, configuration: sizes)
        _ = try Loaded(journal)
        try await journal.append([JournalRecord(position: 1, payload: small)])
        try await journal.append([
            JournalRecord(position: 2, payload: Array("second, é".utf8)),
            JournalRecord(position: 3, payload: Array("third".utf8)),
        ])
        try await journal.append([JournalRecord(position: 4, payload: large)])
        try await journal.save(["{\"revision\":3}", "line 2"], at: 3)
        await journal.close()
    }

    private static func names(_ folder: Folder) throws -> [String] {
        try folder.names().filter { $0 != FolderLock.fileName }
    }

    @Test func `writes the bytes of version 1`() async throws {
        let folder = try TemporaryFolder()
        try await Self.write(to: folder.path)
        let golden = Folder(Self.golden)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try golden.create()
            for name in try Self.names(golden) { try golden.remove(name) }
            for name in try folder.names() {
                try Data(folder.bytes(of: name))
                    .write(to: URL(filePath: golden.path(of: name)))
            }
        }
        #expect(try folder.names() == Self.names(golden))
        for name in try folder.names() {
            let expected = try File.contents(of: golden.path(of: name), byteCountMax: 1 << 20)
            #expect(try folder.bytes(of: name) == expected, "\(name)")
        }
    }

    @Test func `reads a folder of version 1`() async throws {
        let folder = try TemporaryFolder()
        let golden = Folder(Self.golden)
        for name in try Self.names(golden) {
            let bytes = try File.contents(of: golden.path(of: name), byteCountMax: 1 << 20)
            try folder.write(bytes, to: name)
        }
        let loaded = try await folder.load()
        #expect(loaded.report.snapshotPosition == 3 && loaded.report.lastPosition == 4)
        #expect(loaded.report.warnings.isEmpty)
        #expect(loaded.lines == ["{\"revision\":3}", "line 2"])
        #expect(loaded.payloads == [String(decoding: Self.large, as: UTF8.self)])
        // Without the snapshot the log gives all of it.
        let again = try TemporaryFolder()
        for name in try Self.names(golden) where name.hasSuffix(".log") {
            let bytes = try File.contents(of: golden.path(of: name), byteCountMax: 1 << 20)
            try again.write(bytes, to: name)
        }
        #expect(try await again.load().payloads.prefix(3) == ["first", "second, é", "third"])
    }
}
