import Audit
import JSON
import Ledger
import LedgerFile

/// What the ledger beside a trail knows of it: every head that was anchored and is still in the log,
/// and the last record that was removed.
///
/// With all heads, a chain that was made anew is found near the place where it begins to differ.
struct KnownAnchors {
    /// The most heads that are compared: those of two years and a half, one a minute.
    private static let countMax = 1_300_000

    /// The heads, ascending.
    private(set) var heads: [AuditHead] = []
    /// The last record that was removed; the head of an empty trail when none was.
    private(set) var removed = AuditHead.empty
    private let writer: AuditWriter

    /// Reads the ledger in a data folder; nil without one.
    ///
    /// An export has no ledger beside it; one that is damaged is told by `ledger verify`.
    static func read(in path: String) -> KnownAnchors? {
        do {
            var anchors = KnownAnchors(writer: try ReplicaFolder.writer(in: path))
            let reading = FolderReading(try LedgerFolder(path))
            _ = try reading.load(
                line: { line throws(JournalError) in anchors.take(line) },
                record: { record throws(JournalError) in anchors.take(entry: record.payload) }
            )
            return anchors
        } catch {
            return nil
        }
    }

    private init(writer: AuditWriter) { self.writer = writer }

    /// A line of a snapshot.
    private mutating func take(_ line: [UInt8]) {
        guard let change = Self.value(line) else { return }
        take(change)
    }

    /// An entry of the log.
    private mutating func take(entry: [UInt8]) {
        for change in Self.value(entry)?["changes"]?.array ?? [] { take(change) }
    }

    private mutating func take(_ change: JSONValue) {
        guard change["kind"] == "audit", change["action"] == "anchor",
            (change["writer"]?.string ?? AuditWriter.only.text) == writer.text
        else { return }
        if let head = Self.head(change, "sequence", "hash"), heads.count < Self.countMax,
            head.sequence > heads.last?.sequence ?? 0
        {
            heads.append(head)
        }
        if let last = Self.head(change, "removedSequence", "removedHash") { removed = last }
    }

    private static func head(
        _ change: JSONValue,
        _ sequence: String,
        _ hash: String
    ) -> AuditHead? {
        guard let number = change[sequence]?.integer, number > 0,
            let text = change[hash]?.string
        else { return nil }
        return AuditHead(sequence: UInt64(number), hash: text)
    }

    /// What is no JSON is `ledger verify`'s to tell.
    private static func value(_ bytes: [UInt8]) -> JSONValue? {
        // Most lines are objects, and need not be read.
        guard bytes.firstRange(of: Array("\"audit\"".utf8)) != nil else { return nil }
        do {
            let limits = JSONLimits(depthMax: 128, valueCountMax: 50_000_000)
            return try JSONValue(parsing: bytes, limits: limits)
        } catch {
            return nil
        }
    }
}
