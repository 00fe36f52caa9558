import Ledger
import Platform
import Testing

@testable import LedgerFile

/// The bytes on disk, as the table in `FileJournal` has them.
///
/// The checksums were computed elsewhere.
@Suite struct SegmentFormatTests {
    private static let first = "ledger-00000000000000000001.log"

    private static let headerOf1 = """
        424e4452594c4f47 0100000000000000 0100000000000000 000000000cd12f60
        """
    private static let records = """
        1c5615c807000000 0100000000000000 0000000001000000 7b2261223a317d00
        fab2eef702000000 0200000000000000 0000000002000000 7b7d000000000000
        dbd5197208000000 0300000000000000 0100000002000000 7b2262223a32327d
        """
    private static let sealBefore4 = "d5fac17a00000000 0400000000000000 0000000000000000"
    private static let headerOf4 = """
        424e4452594c4f47 0100000000000000 0400000000000000 00000000fc559994
        """

    private static func bytes(_ hex: String...) throws -> [UInt8] {
        try #require(Hex.decode(String(hex.joined().filter { !$0.isWhitespace })))
    }

    /// A folder with one record, then a batch of two.
    private static func writtenFolder() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        try await journal.append([#"{"a":1}"#], after: 0)
        try await journal.append(["{}", #"{"b":22}"#], after: 1)
        await journal.close()
        return folder
    }

    @Test func `a segment is its header, its records, and zeros`() async throws {
        let folder = try await Self.writtenFolder()
        #expect(try folder.names() == [Self.first])
        var expected = try Self.bytes(Self.headerOf1, Self.records)
        expected += repeatElement(0, count: (4 << 10) - expected.count)
        #expect(try folder.bytes(of: Self.first) == expected)
    }

    @Test func `a segment with a successor ends with a seal`() async throws {
        let folder = try await Self.writtenFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        let large = String(repeating: "4", count: 4 << 10)
        try await journal.append([large], after: 3)
        await journal.close()
        let next = "ledger-00000000000000000004.log"
        #expect(try folder.names() == [Self.first, next])
        let expected = try Self.bytes(Self.headerOf1, Self.records, Self.sealBefore4)
        #expect(try Array(folder.bytes(of: Self.first).prefix(expected.count)) == expected)
        let bytes = try folder.bytes(of: next)
        #expect(try Array(bytes.prefix(32)) == Self.bytes(Self.headerOf4))
        let (header, frame, payload, seal) = (32, 24, 4096, 24)
        let byteCount = header + frame + payload + seal
        #expect(bytes.count == byteCount)
    }

    @Test func `what is on disk is read by every later version`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(try Self.bytes(Self.headerOf1, Self.records), to: Self.first)
        let loaded = try await folder.load()
        #expect(loaded.payloads == [#"{"a":1}"#, "{}", #"{"b":22}"#])
        #expect(loaded.report.tornByteCount == 0)
    }

    @Test func `a newer format is refused by its version`() async throws {
        let folder = try TemporaryFolder()
        let header = "424e4452594c4f47 0200000000000000 0100000000000000 00000000cbc9eb39"
        try folder.write(try Self.bytes(header), to: Self.first)
        let error = try await folder.refusal()
        #expect(error.code == .newerFormat)
        #expect(error.detail.contains("\(Self.first) has format version 2"))
    }

    @Test func `a header says the same position as the name`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(try Self.bytes(Self.headerOf4), to: Self.first)
        let error = try await folder.refusal()
        #expect(error.code == .damaged)
        #expect(error.detail.hasPrefix("\(Self.first), offset 16: "))
    }

    @Test(
        arguments: [
            ("ledger-00000000000000000001.log", 1), ("ledger-09223372036854775807.log", Int64.max),
            ("ledger-00000000000000000000.log", nil), ("ledger-09223372036854775808.log", nil),
            ("ledger-99999999999999999999.log", nil), ("ledger-1.log", nil),
            ("ledger-00000000000000000001.log.broken", nil),
            ("ledger-+0000000000000000001.log", nil),
            ("ledger-00000000000000000001.ndjson", nil), ("ledger-", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func `a segment's name has the one spelling`(_ name: String, _ position: Int64?) {
        #expect(LogFileName.segmentPosition(name) == position.map { UInt64($0) })
    }
}
