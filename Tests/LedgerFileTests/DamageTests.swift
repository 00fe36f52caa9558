import Ledger
import Testing

@testable import LedgerFile

/// What no crash can leave behind is refused, by its file and its place, and changes nothing.
@Suite struct DamageTests {
    private static let first = "ledger-00000000000000000001.log"

    /// A log of single records, and where each begins.
    private struct Log {
        let folder: TemporaryFolder
        let starts: [Int]

        init(_ texts: [String], snapshotAt position: UInt64? = nil) async throws {
            folder = try TemporaryFolder(inMemory: true)
            let journal = folder.journal()
            _ = try Loaded(journal)
            var starts = [SegmentHeader.byteCount]
            for (index, text) in texts.enumerated() {
                try await journal.append([text], after: UInt64(index))
                let byteCount = RecordFrame.recordByteCount(payload: text.utf8.count)
                starts.append(starts[index] + byteCount)
            }
            if let position { try await journal.save(["line"], at: position) }
            await journal.close()
            self.starts = starts
        }
    }

    /// Five records that fill three segments: two, two, one.
    private static func threeSegments() async throws -> Log {
        let log = try await Log((1...5).map { String(repeating: "\($0)", count: 1900) })
        let names = [1, 3, 5].map { "ledger-0000000000000000000\($0).log" }
        #expect(try log.folder.names() == names)
        return log
    }

    @Test func `a bit flipped in any byte of an earlier record`() async throws {
        let log = try await Log(["one", "the second", "3", "the last one"])
        let bytes = try log.folder.bytes(of: Self.first)
        for offset in SegmentHeader.byteCount..<log.starts[3] {
            var spoilt = bytes
            spoilt[offset] ^= 1 << (offset % 8)
            try log.folder.write(spoilt, to: Self.first)
            let error = try await log.folder.refusal()
            let start = log.starts.last { $0 <= offset } ?? 0
            #expect(error.code == .damaged)
            #expect(error.detail.hasPrefix("\(Self.first), offset \(start): "), "\(error.detail)")
            #expect(try log.folder.names() == [Self.first])
            #expect(try log.folder.bytes(of: Self.first) == spoilt)
        }
        try log.folder.write(bytes, to: Self.first)
        #expect(try await log.folder.load().payloads.count == 4)
    }

    @Test func `a bit flipped in any byte of a header`() async throws {
        let log = try await Log(["one", "two"])
        let bytes = try log.folder.bytes(of: Self.first)
        for offset in 0..<SegmentHeader.byteCount {
            var spoilt = bytes
            spoilt[offset] ^= 1 << (offset % 8)
            try log.folder.write(spoilt, to: Self.first)
            let error = try await log.folder.refusal()
            #expect(error.code == .damaged)
            #expect(error.detail.hasPrefix("\(Self.first), offset 0: its header is unreadable"))
        }
    }

    @Test func `a header that is cut short`() async throws {
        let log = try await Log(["one"])
        let bytes = try log.folder.bytes(of: Self.first)
        for byteCount in 0..<SegmentHeader.byteCount {
            try log.folder.write(Array(bytes[..<byteCount]), to: Self.first)
            #expect(try await log.folder.refusal().code == .damaged)
        }
    }

    @Test func `an earlier segment cut at any byte of its records`() async throws {
        let log = try await Self.threeSegments()
        let bytes = try log.folder.bytes(of: Self.first)
        let end = log.starts[2]
        // All places around the ends of records, and some within payloads.
        var places = Array(stride(from: 32, to: end, by: 97))
        for range in [32..<60, log.starts[1] - 9..<log.starts[1] + 30, end - 9..<end] {
            places += range
        }
        for byteCount in places {
            try log.folder.write(Array(bytes[..<byteCount]), to: Self.first)
            let error = try await log.folder.refusal()
            #expect(error.code == .damaged)
            #expect(error.detail.hasPrefix("\(Self.first), offset "), "\(error.detail)")
        }
    }

    @Test(arguments: [1, 3, 5])
    func `a missing segment`(_ position: Int) async throws {
        let log = try await Self.threeSegments()
        try log.folder.remove("ledger-0000000000000000000\(position).log")
        let error = try await log.folder.refusal()
        #expect(error.code == .damaged)
        switch position {
        case 1: #expect(error.detail.contains("the log begins at position 3"))
        case 3: #expect(error.detail.contains("next segment is ledger-00000000000000000005.log"))
        default: #expect(error.detail.contains("ledger-00000000000000000005.log, is missing"))
        }
    }

    @Test func `a seal in pieces is made anew, as no record was lost`() async throws {
        let log = try await Self.threeSegments()
        let name = "ledger-00000000000000000003.log"
        let bytes = try log.folder.bytes(of: name)
        let seal = log.starts[2]
        for offset in seal..<seal + RecordFrame.byteCount {
            for value in [0, bytes[offset] ^ 1] {
                var spoilt = bytes
                spoilt[offset] = value
                try log.folder.write(spoilt, to: name)
                #expect(try await log.folder.load().payloads.count == 5)
                #expect(try log.folder.bytes(of: name) == bytes)
            }
        }
    }

    @Test func `bytes behind a seal`() async throws {
        let log = try await Self.threeSegments()
        var bytes = try log.folder.bytes(of: Self.first)
        bytes[bytes.count - 1] = 1
        try log.folder.write(bytes, to: Self.first)
        let error = try await log.folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.contains("there are bytes behind the segment's end"))
    }

    @Test func `a broken seal with more bytes behind it`() async throws {
        let log = try await Self.threeSegments()
        var bytes = try log.folder.bytes(of: Self.first)
        bytes[log.starts[2]] ^= 1
        bytes[log.starts[2] + RecordFrame.byteCount] = 1
        try log.folder.write(bytes, to: Self.first)
        let error = try await log.folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.hasPrefix("\(Self.first), offset \(log.starts[2]): "))
    }

    @Test func `a whole record in the place of another`() async throws {
        let log = try await Log(["aaa", "bbb", "ccc"])
        var bytes = try log.folder.bytes(of: Self.first)
        let (second, third) = (log.starts[1]..<log.starts[2], log.starts[2]..<log.starts[3])
        bytes.replaceSubrange(second, with: Array(bytes[third]))
        try log.folder.write(bytes, to: Self.first)
        let error = try await log.folder.refusal()
        #expect(error.code == .damaged)
        #expect(
            error.detail.contains("offset \(log.starts[1]): position 2 is missing, 3 stands here")
        )
    }

    @Test func `a log that ends before its snapshot`() async throws {
        let log = try await Log(["one", "two", "three"], snapshotAt: 3)
        let bytes = try log.folder.bytes(of: Self.first)
        try log.folder.write(Array(bytes[..<log.starts[2]]), to: Self.first)
        let error = try await log.folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.contains("the log ends at position 2"))
        #expect(try log.folder.bytes(of: Self.first).count == log.starts[2])
    }

    @Test func `a log that is gone while another begins too late`() async throws {
        let log = try await Self.threeSegments()
        try log.folder.remove(Self.first)
        try log.folder.remove("ledger-00000000000000000003.log")
        #expect(try await log.folder.refusal().code == .damaged)
    }
}
