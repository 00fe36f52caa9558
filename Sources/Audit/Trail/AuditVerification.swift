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
    /// The first record that is not.
    public let firstBad: Flaw?
    /// The last good record.
    public let head: AuditHead?

    /// The verification as the API writes it.
    public var json: JSONValue {
        let flaw = firstBad.map { flaw -> JSONValue in
            ["sequence": .integer(Int64(clamping: flaw.sequence)), "reason": .string(flaw.reason)]
        }
        return [
            "valid": .bool(isValid), "records": .integer(Int64(recordCount)),
            "firstBad": flaw ?? .null,
        ]
    }
}

/// A walk along a chain, line by line, until its end or the first flaw.
struct ChainWalk {
    private var check = ChainCheck(after: nil)
    private var flaw: AuditVerification.Flaw?
    /// A head that the chain must pass; nil when nobody knows one.
    private let anchor: AuditHead?
    /// Whether what comes after the anchor is left out.
    private let stopsAtAnchor: Bool

    init(through anchor: AuditHead?, stopsThere: Bool) {
        self.anchor = anchor
        self.stopsAtAnchor = stopsThere
    }

    /// Takes the next line; false when there is no point in going on.
    mutating func visit(_ line: [UInt8]) -> Bool {
        do {
            let record = try check.take(line).record
            guard let anchor, record.sequence == anchor.sequence else { return true }
            if record.hash != anchor.hash {
                let reason = "the hash is not the one that was anchored"
                flaw = AuditVerification.Flaw(sequence: record.sequence, reason: reason)
            }
            return flaw == nil && !stopsAtAnchor
        } catch {
            flaw = AuditVerification.Flaw(sequence: error.sequence, reason: error.reason)
            return false
        }
    }

    /// The finding, after the last line.
    func finished() -> AuditVerification {
        var flaw = flaw
        let last = check.last ?? .empty
        if flaw == nil, let anchor, last.sequence < anchor.sequence {
            let reason = "the chain ends with record \(last.sequence), not \(anchor.sequence)"
            flaw = AuditVerification.Flaw(sequence: last.sequence + 1, reason: reason)
        }
        return AuditVerification(recordCount: check.recordCount, firstBad: flaw, head: check.last)
    }
}
