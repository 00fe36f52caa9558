import Ledger
import Testing

@testable import LedgerFile

/// What a crash in the middle of an append leaves behind.
@Suite struct TornTailTests {
    private static let name = "ledger-00000000000000000001.log"
    private static let batches = [["one"], ["two", "three", "a fourth"], ["the fifth of them"]]

    /// A log of the batches, and where each ends.
    private struct Log {
        let folder: TemporaryFolder
        let bytes: [UInt8]
        let ends: [Int]

        init(_ batches: [[String]] = TornTailTests.batches) async throws {
            folder = try TemporaryFolder(inMemory: true)
            let journal = folder.journal(segmentByteCount: 8 << 10)
            _ = try Loaded(journal)
            var (position, end, ends) = (UInt64(0), SegmentHeader.byteCount, [Int]())
            for batch in batches {
                try await journal.append(batch, after: position)
                position += UInt64(batch.count)
                for text in batch { end += RecordFrame.recordByteCount(payload: text.utf8.count) }
                ends.append(end)
            }
            await journal.close()
            bytes = try folder.bytes(of: name)
            self.ends = ends
        }
    }

    /// Loads a log that was cut or spoilt behind the batches that are `whole`, and goes on with it.
    private func check(
        _ folder: TemporaryFolder,
        has whole: [[String]],
        torn: [UInt8],
        at offset: Int
    ) async throws {
        let journal = folder.journal(segmentByteCount: 8 << 10)
        let loaded = try Loaded(journal)
        let payloads = whole.flatMap { $0 }
        #expect(loaded.payloads == payloads)
        #expect(loaded.report.lastPosition == UInt64(payloads.count))
        #expect(loaded.report.tornByteCount == torn.count)
        let broken = "\(name).\(offset).broken"
        if torn.isEmpty {
            #expect(loaded.report.warnings == [])
        } else {
            #expect(loaded.report.warnings.count == 1)
            #expect(loaded.report.warnings.first?.contains(broken) == true)
            #expect(try folder.bytes(of: broken) == torn)
        }
        #expect(
            try folder.names().filter { $0.hasSuffix(".broken") }.count == (torn.isEmpty ? 0 : 1)
        )
        try await journal.append(["more"], after: UInt64(payloads.count))
        await journal.close()
        let again = try await folder.load()
        #expect(again.payloads == payloads + ["more"])
        #expect(again.report.tornByteCount == 0)
        #expect(again.report.warnings == [])
    }

    private var name: String { Self.name }

    /// The bytes without the zeros at their end.
    private func withoutZeros(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard let last = bytes.lastIndex(where: { $0 != 0 }) else { return [] }
        return Array(bytes[...last])
    }

    @Test func `a segment cut at any byte keeps its whole batches`() async throws {
        let log = try await Log()
        let folder = try TemporaryFolder(inMemory: true)
        for byteCount in SegmentHeader.byteCount...log.ends[2] + 1 {
            let wholeCount = log.ends.count { end in end <= byteCount }
            let start = wholeCount == 0 ? SegmentHeader.byteCount : log.ends[wholeCount - 1]
            try folder.clear()
            try folder.write(Array(log.bytes[..<byteCount]), to: Self.name)
            try await check(
                folder,
                has: Array(Self.batches[..<wholeCount]),
                torn: withoutZeros(log.bytes[start..<byteCount]),
                at: start
            )
        }
    }

    @Test func `zeros from any byte on keep the batches before`() async throws {
        let log = try await Log()
        let folder = try TemporaryFolder(inMemory: true)
        let end = log.ends[2]
        for offset in log.ends[1]..<end {
            var bytes = log.bytes
            for index in offset..<end { bytes[index] = 0 }
            // Nothing but the padding was lost when all that is left out was zero.
            let isWhole = bytes == log.bytes
            try folder.clear()
            try folder.write(bytes, to: Self.name)
            try await check(
                folder,
                has: isWhole ? Self.batches : Array(Self.batches[..<2]),
                torn: isWhole ? [] : withoutZeros(bytes[log.ends[1]..<end]),
                at: log.ends[1]
            )
        }
    }

    @Test func `any sectors of the last batch may be missing`() async throws {
        let texts = (0..<4).map { String(repeating: "\($0)", count: 700) }
        let log = try await Log([["one"], texts])
        let folder = try TemporaryFolder(inMemory: true)
        let sectors = log.ends[0] / 512...(log.ends[1] - 1) / 512
        for missing in 1..<1 << sectors.count {
            var bytes = log.bytes
            for (bit, sector) in sectors.enumerated() where missing & 1 << bit != 0 {
                let range = max(sector * 512, log.ends[0])..<min(sector * 512 + 512, log.ends[1])
                for index in range { bytes[index] = 0 }
            }
            try folder.clear()
            try folder.write(bytes, to: Self.name)
            let torn = withoutZeros(bytes[log.ends[0]..<log.ends[1]])
            try await check(folder, has: [["one"]], torn: torn, at: log.ends[0])
        }
    }

    @Test func `a bit flipped in the last batch cuts that batch alone`() async throws {
        let log = try await Log()
        let folder = try TemporaryFolder(inMemory: true)
        for offset in log.ends[1]..<log.ends[2] {
            var bytes = log.bytes
            bytes[offset] ^= 1 << (offset % 8)
            try folder.clear()
            try folder.write(bytes, to: Self.name)
            let torn = withoutZeros(bytes[log.ends[1]..<log.ends[2]])
            let whole = Array(Self.batches[..<2])
            try await check(folder, has: whole, torn: torn, at: log.ends[1])
        }
    }

    @Test func `a tail of bytes that look random is cut`() async throws {
        let log = try await Log()
        var bytes = Array(log.bytes[..<log.ends[2]])
        var word: UInt64 = 0x9E37_79B9_7F4A_7C15
        let garbage = (0..<1 << 16)
            .map { _ in
                word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: word >> 56)
            }
        bytes += garbage + [1]
        try log.folder.write(bytes, to: Self.name)
        try await check(log.folder, has: Self.batches, torn: garbage + [1], at: log.ends[2])
    }

    @Test func `an earlier copy of a tail is not overwritten`() async throws {
        let log = try await Log()
        var bytes = log.bytes
        bytes[log.ends[1]] ^= 1
        try log.folder.write(bytes, to: Self.name)
        let copy = "\(Self.name).\(log.ends[1]).broken"
        try log.folder.write([1, 2, 3], to: copy)
        let loaded = try await log.folder.load()
        #expect(loaded.report.warnings.first?.contains(".2.broken") == true)
        #expect(try log.folder.bytes(of: copy) == [1, 2, 3])
        let torn = withoutZeros(bytes[log.ends[1]...])
        #expect(try log.folder.bytes(of: "\(Self.name).\(log.ends[1]).2.broken") == torn)
    }
}
