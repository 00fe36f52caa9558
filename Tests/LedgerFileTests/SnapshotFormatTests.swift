import Ledger
import Platform
import Testing

@testable import LedgerFile

/// The lines of a snapshot.
///
/// The digests were computed elsewhere.
@Suite struct SnapshotFormatTests {
    private static let name = "snapshot-00000000000000000003.ndjson"
    private static let text = """
        {"format":"bindery-snapshot","version":1,"position":3}
        {"revision":3}
        {"x":"é"}
        {"count":2,"digest":"crc32c:d5cc87e0"}

        """

    @Test func `a snapshot is its header, its lines, and its trailer`() async throws {
        let folder = try TemporaryFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        try await journal.append(["1", "2", "3"], after: 0)
        try await journal.save([#"{"revision":3}"#, #"{"x":"é"}"#], at: 3)
        await journal.close()
        #expect(try folder.names() == ["ledger-00000000000000000001.log", Self.name])
        #expect(try folder.bytes(of: Self.name) == Array(Self.text.utf8))
    }

    @Test func `a snapshot without lines is two`() async throws {
        let folder = try TemporaryFolder()
        let journal = folder.journal()
        _ = try Loaded(journal)
        try await journal.save([], at: 0)
        await journal.close()
        let text = """
            {"format":"bindery-snapshot","version":1,"position":0}
            {"count":0,"digest":"crc32c:7f3c3535"}

            """
        let name = "snapshot-00000000000000000000.ndjson"
        #expect(try folder.bytes(of: name) == Array(text.utf8))
    }

    @Test func `a snapshot alone is a whole backup`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(Self.text.utf8), to: Self.name)
        let journal = folder.journal()
        let loaded = try Loaded(journal)
        #expect(loaded.lines == [#"{"revision":3}"#, #"{"x":"é"}"#])
        #expect(loaded.report.lastPosition == 3)
        try await journal.append(["4"], after: 3)
        await journal.close()
        #expect(try await folder.load().payloads == ["4"])
    }

    @Test func `a newer version is refused, also beside older files`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(Self.text.utf8), to: Self.name)
        let newer = #"{"format":"bindery-snapshot","version":2,"anything":true}"# + "\nmore\n"
        try folder.write(Array(newer.utf8), to: "snapshot-00000000000000000004.ndjson")
        let error = try await folder.refusal()
        #expect(error.code == .newerFormat)
        #expect(error.detail.contains("snapshot-00000000000000000004.ndjson has version 2"))
    }

    @Test(arguments: [
        #"{"format":"bindery-snapshot","version":1,"position":3} "#,
        #"{"format":"bindery-snapshot","version":1,"position":03}"#,
        #"{"format":"bindery-snapshot","version":1,"position":-3}"#,
        #"{"format":"bindery-snapshot","version":1,"position":18446744073709551616}"#,
        #"{"format":"bindery-snapshot","version":0,"position":3}"#,
        #"{"format":"bindery-snapshot","version":,"position":3}"#,
        #"{"format":"bindery-snapshot","version":"#, "{}", "",
    ])
    func `another header is none`(_ line: String) {
        #expect(SnapshotText.readHeader(line) == nil)
    }

    @Test(arguments: [
        #"{"count":2,"digest":"crc32c:D5CC87E0"}"#, #"{"count":2,"digest":"crc32c:5cc87e0"}"#,
        #"{"count":02,"digest":"crc32c:d5cc87e0"}"#, #"{"count":2,"digest":"crc32c:+5cc87e0"}"#,
        #"{"count":2,"digest":"sha256:d5cc87e0"}"#, #"{"count":,"digest":"crc32c:d5cc87e0"}"#, "",
    ])
    func `another trailer is none`(_ line: String) {
        #expect(SnapshotText.readTrailer(line) == nil)
    }
}
