import Ledger
import Testing

@testable import LedgerFile

/// Which snapshot is read when some are spoilt, and which files are kept.
@Suite struct SnapshotRecoveryTests {
    private static let first = "ledger-00000000000000000001.log"

    private static func snapshot(_ position: Int) -> String {
        LogFileName.snapshot(UInt64(position))
    }

    /// Ten records, with snapshots at some of them.
    private static func folder(
        snapshotsAt positions: [Int],
        segmentByteCount: Int = 64 << 10,
        snapshotCount: Int = 2
    ) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        let journal = folder.journal(
            segmentByteCount: segmentByteCount,
            snapshotCount: snapshotCount
        )
        _ = try Loaded(journal)
        for position in 1...10 {
            let text = "\(position)" + String(repeating: " ", count: 1000)
            try await journal.append([text], after: UInt64(position - 1))
            if positions.contains(position) {
                try await journal.save(["fold of \(position)"], at: UInt64(position))
            }
        }
        await journal.close()
        return folder
    }

    @Test func `a spoilt snapshot is put aside, and the one before is read`() async throws {
        let folder = try await Self.folder(snapshotsAt: [4, 8])
        let name = Self.snapshot(8)
        let bytes = try folder.bytes(of: name)
        for offset in bytes.indices {
            var spoilt = bytes
            spoilt[offset] ^= 1 << (offset % 7)
            try folder.write(spoilt, to: name)
            let loaded = try await folder.load()
            #expect(loaded.lines == ["fold of 4"], "\(offset)")
            #expect(loaded.payloads.count == 6)
            #expect(loaded.report.snapshotPosition == 4)
            #expect(loaded.report.lastPosition == 10)
            #expect(loaded.report.warnings.count == 1)
            #expect(loaded.report.warnings.first?.contains("\(name) is unreadable") == true)
            #expect(try folder.bytes(of: name + ".broken") == spoilt)
            #expect(try folder.names() == [Self.first, Self.snapshot(4), name + ".broken"])
        }
    }

    @Test(arguments: ["count\":0", "count\":2", "count\":11", "count\":18446744073709551615"])
    func `a trailer that tells another number of lines is not believed`(
        _ count: String
    ) async throws {
        let folder = try await Self.folder(snapshotsAt: [4, 8])
        let text = String(decoding: try folder.bytes(of: Self.snapshot(8)), as: UTF8.self)
        let parts = text.split(separator: "count\":1")
        try #require(parts.count == 2)
        try folder.write(Array("\(parts[0])\(count)\(parts[1])".utf8), to: Self.snapshot(8))
        #expect(try await folder.load().lines == ["fold of 4"])
    }

    @Test func `a snapshot cut at any byte is put aside`() async throws {
        let folder = try await Self.folder(snapshotsAt: [4, 8])
        let name = Self.snapshot(8)
        let bytes = try folder.bytes(of: name)
        for byteCount in bytes.indices {
            try folder.write(Array(bytes[..<byteCount]), to: name)
            #expect(try await folder.load().lines == ["fold of 4"])
        }
        try folder.write(bytes, to: name)
        #expect(try await folder.load().lines == ["fold of 8"])
    }

    @Test func `with no whole snapshot the log is read from its start`() async throws {
        let folder = try await Self.folder(snapshotsAt: [4])
        try folder.write([], to: Self.snapshot(4))
        let loaded = try await folder.load()
        #expect(loaded.payloads.count == 10)
        #expect(loaded.report.snapshotPosition == 0)
    }

    @Test func `with no whole snapshot and no such log it refuses`() async throws {
        let folder = try await Self.folder(
            snapshotsAt: [8],
            segmentByteCount: 4 << 10,
            snapshotCount: 1
        )
        let names = try folder.names()
        #expect(!names.contains(Self.first))
        try folder.write([], to: Self.snapshot(8))
        let error = try await folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.contains("\(Self.snapshot(8)) is unreadable"))
        #expect(try folder.names() == names)
    }

    @Test func `a spoilt snapshot alone is refused`() async throws {
        let folder = try TemporaryFolder()
        try folder.write([], to: Self.snapshot(8))
        let error = try await folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.contains("there is no log instead of it"))
    }

    @Test func `a digest that is right does not excuse another position`() async throws {
        let folder = try await Self.folder(snapshotsAt: [4, 8])
        try folder.write(try folder.bytes(of: Self.snapshot(4)), to: Self.snapshot(8))
        #expect(try await folder.load().lines == ["fold of 4"])
    }

    @Test func `what a dead process left half made is removed`() async throws {
        let folder = try await Self.folder(snapshotsAt: [4])
        let names = try folder.names()
        let whole = try folder.bytes(of: Self.snapshot(4))
        try folder.write(whole, to: Self.snapshot(9) + ".tmp")
        try folder.write([1], to: LogFileName.segment(11) + ".tmp")
        try folder.write([1], to: "mine.tmp")
        let loaded = try await folder.load()
        #expect(loaded.lines == ["fold of 4"])
        #expect(loaded.payloads.count == 6)
        #expect(try folder.names() == (names + ["mine.tmp"]).sorted())
    }

    @Test func `a snapshot that fails leaves no file`() async throws {
        struct Failing: SnapshotSource {
            let position: UInt64 = 1

            func forEachLine(
                _ write: ([UInt8]) throws(JournalError) -> Void
            ) throws(JournalError) {
                try write([UInt8](repeating: 1, count: 3 << 20))
                throw JournalError(.unavailable, "no more lines")
            }
        }
        let folder = try await Self.folder(snapshotsAt: [4])
        let names = try folder.names()
        let journal = folder.journal()
        _ = try Loaded(journal)
        await #expect(throws: JournalError(.unavailable, "no more lines")) {
            try await journal.save(Failing())
        }
        await journal.close()
        #expect(try folder.names() == names)
    }

    @Test func `as many snapshots are kept as wanted, and the log behind the oldest`() async throws
    {
        // Three records fill a segment.
        let folder = try await Self.folder(snapshotsAt: [2, 5, 7, 9], segmentByteCount: 4 << 10)
        let segments = [7, 10].map { LogFileName.segment(UInt64($0)) }
        let names = try folder.names()
        #expect(names == segments + [Self.snapshot(7), Self.snapshot(9)])
        #expect(try await folder.load().payloads.count == 1)
        // The older one and the log give the same state.
        try folder.write([], to: Self.snapshot(9))
        #expect(try await folder.load().payloads.count == 3)
    }

    @Test func `with fewer snapshots than wanted the whole log is kept`() async throws {
        let folder = try await Self.folder(
            snapshotsAt: [5, 10],
            segmentByteCount: 4 << 10,
            snapshotCount: 3
        )
        #expect(try folder.names().contains(Self.first))
        #expect(try folder.names().count == 6)
    }

    @Test func `the segment that is written to stays, though a snapshot covers it`() async throws {
        let folder = try await Self.folder(snapshotsAt: [9, 10], snapshotCount: 1)
        #expect(try folder.names() == [Self.first, Self.snapshot(10)])
        let journal = folder.journal(segmentByteCount: 64 << 10, snapshotCount: 1)
        #expect(try Loaded(journal).payloads == [])
        try await journal.append(["11"], after: 10)
        await journal.close()
        #expect(try await folder.load().payloads == ["11"])
    }
}
