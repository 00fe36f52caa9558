import JSON
import Model

/// The first line of a snapshot, which says its revision.
enum SnapshotHead {
    /// Reads the line.
    static func revision(_ line: [UInt8]) throws(JournalError) -> UInt64 {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: line, limits: .stored)
        } catch {
            throw JournalError(.damaged, "a line of the snapshot is not JSON")
        }
        guard let revision = json["revision"]?.integer, revision >= 0 else {
            throw JournalError(.damaged, "the snapshot does not say its revision")
        }
        return UInt64(revision)
    }

    /// The revision of a snapshot that is kept.
    static func revision(
        of position: UInt64,
        in history: any JournalHistory
    ) throws(JournalError) -> UInt64 {
        var revision: UInt64?
        try history.forEachLine(ofSnapshot: position) { (line) throws(JournalError) in
            revision = try Self.revision(line)
            return false
        }
        guard let revision else { throw JournalError(.damaged, "a snapshot has no line") }
        return revision
    }
}

extension LogEntry {
    /// The revision of an entry's text, of which it is the first member; nil when it is not.
    static func revision(of text: [UInt8]) -> UInt64? {
        let start = Array("{\"revision\":".utf8)
        guard text.starts(with: start) else { return nil }
        let digits = text[start.count...].prefix { (0x30...0x39).contains($0) }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    /// The time of an entry's text, of which it is the second member; nil when it is not.
    static func time(of text: [UInt8]) -> Timestamp? {
        guard let comma = text.firstIndex(of: 0x2C) else { return nil }
        let start = Array(",\"at\":\"".utf8)
        guard text[comma...].starts(with: start) else { return nil }
        let time = text[(comma + start.count)...].prefix(Timestamp.byteCountMax + 1)
            .prefix { $0 != 0x22 }
        return Timestamp(String(decoding: time, as: UTF8.self))
    }
}
