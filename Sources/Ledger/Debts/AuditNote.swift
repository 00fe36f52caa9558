public import JSON
import Model

/// The records of the audit trail that an entry has to have, without the objects that it changed: the
/// ledger knows those.
public struct OwedRecords: Sendable {
    /// The members that all of them share.
    public let common: JSONObject
    /// What is each one's own; never empty.
    public let records: [JSONObject]
    /// The newest record of the trail before the entry was made: those of the entry come behind it.
    public let behind: UInt64

    /// Records that an entry owes.
    public init(common: JSONObject, records: [JSONObject], behind: UInt64) {
        (self.common, self.records, self.behind) = (common, records, behind)
    }
}

/// What an entry says of the audit trail of the process that made it: what the trail has to have of
/// the entry, and which earlier entries it has all records of.
public struct AuditNote: Sendable {
    /// Whose trail it is.
    public let writer: AuditWriter
    /// What the entry owes, under a number that no other entry of the writer has that owes; nil when
    /// it owes nothing.
    public let owed: (number: UInt64, records: OwedRecords)?
    /// The numbers of entries that owe nothing any more.
    public let settled: [ClosedRange<UInt64>]

    init(
        _ writer: AuditWriter,
        owed: (number: UInt64, records: OwedRecords)? = nil,
        settled: [ClosedRange<UInt64>] = []
    ) {
        (self.writer, self.owed, self.settled) = (writer, owed, settled)
    }
}

// The form in the log, the entry's member `audit`, which versions before it leave unread:
//
//     {"writer": "…", "number": 7, "behind": 1200, "common": { … }, "records": [{ … }],
//      "settled": [5, 6]}
//
// A log that one process keeps names no writer. `settled` is a list of first and last numbers.
extension AuditNote {
    var json: JSONValue {
        var object: JSONObject = [:]
        if writer != .only { object["writer"] = .string(writer.text) }
        if let owed {
            object["number"] = .integer(Int64(clamping: owed.number))
            for member in owed.records.members { object[member.key] = member.value }
        }
        if !settled.isEmpty {
            object["settled"] = .array(
                settled.flatMap { [$0.lowerBound, $0.upperBound] }
                    .map { .integer(Int64(clamping: $0)) }
            )
        }
        return .object(object)
    }

    /// The note of an entry; nil when it has none.
    static func reading(_ entry: JSONValue) throws(ChangeError) -> AuditNote? {
        guard let json = entry["audit"] else { return nil }
        return try AuditNote(json)
    }

    init(_ json: JSONValue) throws(ChangeError) {
        let fields = ChangeFields(json)
        writer = try fields.writer()
        if json["number"] != nil {
            owed = (UInt64(try fields.number("number")), try OwedRecords(json))
        } else {
            owed = nil
        }
        let ends = (json["settled"]?.array ?? [])
            .compactMap { $0.integer.flatMap { UInt64(exactly: $0) } }
        settled = stride(from: 0, to: ends.count - 1, by: 2)
            .compactMap { index in
                ends[index] <= ends[index + 1] ? ends[index]...ends[index + 1] : nil
            }
    }
}

extension OwedRecords {
    var members: JSONObject {
        [
            "behind": .integer(Int64(clamping: behind)), "common": .object(common),
            "records": .array(records.map { .object($0) }),
        ]
    }

    init(_ json: JSONValue) throws(ChangeError) {
        let fields = ChangeFields(json)
        behind = UInt64(try fields.number("behind"))
        common = json["common"]?.object ?? [:]
        records = (try fields.value("records").array ?? []).compactMap(\.object)
    }
}
