public import JSON
import Platform

/// The lines around the records of an export, which say what it is and whether it is whole.
///
/// An export is NDJSON: a first line `{"export": …}`, the records, after each 256 of them a line
/// `{"mark": …}` with the digest of all records so far, and a last line `{"end": …}`. It has a tenant's
/// records, a part of the trail's chain: each can be checked by its own hash, and by the next one where
/// that is there too; what lies between is not in it.
public struct ExportForm: ~Copyable {
    /// The version of the form.
    static let version: Int64 = 1
    /// The records between two marks.
    public static let markInterval = 256
    /// A member of a record that is shown without what its reader may not see: its hash does not match.
    public static let partMember = "shownInPart"

    private var digest: String
    private var count = 0
    private var last: UInt64

    /// An export of what comes after the record `after`.
    public init(after: UInt64) {
        digest = HashChain.start
        last = after
    }

    /// The first line.
    public func start(_ members: JSONObject) -> [UInt8] {
        var export: JSONObject = ["version": .integer(Self.version)]
        for member in members { export[member.key] = member.value }
        return Self.line("export", export)
    }

    /// The line of a record, and a mark behind it where one is due.
    public mutating func line(_ record: AuditRecord, shown: JSONValue) -> [UInt8] {
        var document = shown
        if document != record.json, var object = document.object {
            object[Self.partMember] = true
            document = .object(object)
        }
        var line = document.serialized()
        digest = Self.digest(of: line, after: digest)
        line.append(0x0A)
        count += 1
        last = record.sequence
        if count % Self.markInterval == 0 { line += Self.line("mark", state) }
        return line
    }

    /// What a mark says; also what the trail records of the export.
    public var state: JSONObject {
        [
            "records": .integer(Int64(count)), "last": .integer(Int64(clamping: last)),
            "digest": .string(digest),
        ]
    }

    /// The last line.
    public func end(_ members: JSONObject) -> [UInt8] {
        var end = state
        for member in members { end[member.key] = member.value }
        return Self.line("end", end)
    }

    /// The digest of the records up to a line: SHA-256 of the digest before, as text, and the line
    /// without its end.
    static func digest(of line: [UInt8], after digest: String) -> String {
        Hex.encode(Digest.sha256(Array(digest.utf8) + line))
    }

    private static func line(_ name: String, _ members: JSONObject) -> [UInt8] {
        JSONValue.object([name: .object(members)]).serialized() + [0x0A]
    }
}
