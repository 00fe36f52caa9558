import Ledger
import Platform
import Testing

@testable import LedgerFile

/// Whatever the files hold, a load answers: with what was written, less the last batch at most, or
/// with a refusal.
@Suite struct HostileBytesTests {
    private static let batches = (1...12)
        .map { batch in
            (0..<batch % 4 + 1)
                .map { "\(batch).\($0) " + String(repeating: "y", count: batch * 37) }
        }

    /// The batches in segments of 4 KiB, with snapshots in between.
    private static func writtenFolder() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder(inMemory: true)
        let journal = folder.journal(snapshotCount: 2)
        _ = try Loaded(journal)
        var position: UInt64 = 0
        for (index, batch) in batches.enumerated() {
            try await journal.append(batch, after: position)
            position += UInt64(batch.count)
            if index == 4 || index == 8 { try await journal.save(["fold"], at: position) }
        }
        await journal.close()
        return folder
    }

    @Test(arguments: 1...12)
    func `spoilt bytes never give another log`(_ seed: UInt64) async throws {
        let folder = try await Self.writtenFolder()
        let files = try folder.names().map { name in (name, try folder.bytes(of: name)) }
        let (all, certain) = (Self.batches.joined(), Self.batches.dropLast().joined())
        var chance = Chance(seed: seed)
        var refusalCount = 0
        for _ in 0..<25 {
            try folder.clear()
            for (name, bytes) in files { try folder.write(bytes, to: name) }
            let (name, bytes) = files[chance.number(below: files.count)]
            try folder.write(chance.spoilt(bytes), to: name)
            do {
                let loaded = try await folder.load()
                let start = Int(loaded.report.snapshotPosition)
                #expect(
                    loaded.payloads.elementsEqual(
                        all.dropFirst(start).prefix(loaded.payloads.count)
                    )
                )
                #expect(loaded.report.lastPosition >= UInt64(Array(certain).count))
            } catch let error as JournalError {
                #expect(error.code == .damaged, "\(error)")
                refusalCount += 1
            }
        }
        #expect(refusalCount < 25)
    }

    /// Frames with a right checksum and numbers that no writer writes.
    @Test(
        arguments: [
            (length: 0, position: 1, index: 0, count: 1),
            (length: 0, position: 1, index: 1, count: 1),
            (length: 1, position: 1, index: 0, count: 0),
            (length: 1, position: 1, index: 1, count: 1),
            (length: 1, position: 0, index: 0, count: 1),
            (length: 1, position: 1, index: 0, count: .max),
            (length: .max, position: 1, index: 0, count: 1),
            (length: 1, position: .max, index: 0, count: 1),
            (length: 1, position: .max, index: .max, count: .max),
            (length: 0, position: 2, index: 0, count: 0),
        ] as [(length: UInt32, position: UInt64, index: UInt32, count: UInt32)]
    )
    func `numbers that no writer writes are refused or cut`(
        _ length: UInt32,
        _ position: UInt64,
        _ index: UInt32,
        _ count: UInt32
    ) async throws {
        var frame: [UInt8] = []
        frame.append(littleEndian: length)
        frame.append(littleEndian: position)
        frame.append(littleEndian: index)
        frame.append(littleEndian: count)
        frame += length == 0 ? [] : [0x41, 0, 0, 0, 0, 0, 0, 0]
        var bytes = SegmentHeader.bytes(position: 1)
        bytes.append(littleEndian: Checksum.crc32c(frame.span))
        let folder = try TemporaryFolder()
        try folder.write(bytes + frame, to: LogFileName.segment(1))
        do {
            let loaded = try await folder.load()
            #expect(loaded.payloads == [])
            #expect(loaded.report.tornByteCount > 0)
        } catch let error as JournalError {
            #expect(error.code == .damaged)
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

    /// The bytes cut, with some overwritten, or with a part in the place of another.
    mutating func spoilt(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        switch number(below: 4) {
        case 0: bytes.removeLast(number(below: bytes.count))
        case 1:
            let length = number(below: bytes.count)
            let (from, to) = (
                number(below: bytes.count - length), number(below: bytes.count - length)
            )
            bytes.replaceSubrange(to..<to + length, with: Array(bytes[from..<from + length]))
        default:
            for _ in 0...number(below: 4) {
                bytes[number(below: bytes.count)] = UInt8(number(below: 256))
            }
        }
        return bytes
    }
}
