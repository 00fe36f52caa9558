public import JSON

/// What walking a chain of records found.
public struct AuditVerification: Sendable, Hashable {
    /// The first record that is not what it should be.
    public struct Flaw: Sendable, Hashable {
        /// Which record it is, or should be.
        public let sequence: UInt64
        /// What is wrong, in words.
        public let reason: String
    }

    /// Whether every record is what it was when it was written.
    public var isValid: Bool { firstBad == nil }
    /// The records that are good, up to the first that is not.
    public let recordCount: Int
    /// How many records before them were removed for their age or the trail's size, as the trail or its
    /// anchor says.
    public let removedCount: UInt64
    /// The first record that is not.
    public let firstBad: Flaw?
    /// The last good record.
    public let head: AuditHead?
    /// What an export is; nil for a trail.
    public var export: ExportFindings?

    /// The verification as the API writes it.
    public var json: JSONValue {
        let flaw = firstBad.map { flaw -> JSONValue in
            ["sequence": .integer(Int64(clamping: flaw.sequence)), "reason": .string(flaw.reason)]
        }
        var json: JSONObject = [
            "valid": .bool(isValid), "records": .integer(Int64(recordCount)),
            "removed": .integer(Int64(clamping: removedCount)), "firstBad": flaw ?? .null,
        ]
        json["export"] = export?.json
        return .object(json)
    }
}
