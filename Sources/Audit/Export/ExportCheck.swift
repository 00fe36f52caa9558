import JSON

/// Checks an export, line by line.
struct ExportCheck {
    /// The gaps that are named; more are counted.
    private static let gapCountMax = 10

    private var findings = ExportFindings()
    private var flaw: AuditVerification.Flaw?
    private var count = 0
    private var digest = HashChain.start
    private var last: AuditHead?
    /// The first record behind the last mark that was good.
    private var unmarked: UInt64?
    private var isEnded = false

    /// Begins with the first line; nil when it is no export's.
    init?(first line: [UInt8]) {
        guard Self.value(line)?["export"]?["version"]?.integer == ExportForm.version else {
            return nil
        }
    }

    /// Takes the next line; false when there is no point in going on.
    mutating func visit(_ line: [UInt8]) -> Bool {
        guard let value = Self.value(line), let object = value.object else {
            return fail(nextSequence, "the line is not JSON")
        }
        guard !isEnded else { return fail(nextSequence, "there are lines behind the last one") }
        if let mark = value["mark"] { return check(mark) }
        if let end = value["end"] {
            isEnded = true
            return check(end)
        }
        guard let record = AuditRecord(object) else {
            return fail(nextSequence, "the line is not an audit record")
        }
        return check(record, line)
    }

    private var nextSequence: UInt64 { (last?.sequence ?? 0) + 1 }

    private mutating func fail(_ sequence: UInt64, _ reason: String) -> Bool {
        flaw = flaw ?? AuditVerification.Flaw(sequence: sequence, reason: reason)
        return false
    }

    private mutating func check(_ record: AuditRecord, _ line: [UInt8]) -> Bool {
        let sequence = record.sequence
        if let last {
            guard sequence > last.sequence else {
                return fail(sequence, "comes behind record \(last.sequence)")
            }
            if sequence == last.sequence + 1 {
                guard record.previousHash == last.hash else {
                    return fail(sequence, "previousHash is not the hash of the record before")
                }
                findings.linkCount += 1
            } else {
                findings.note(gapAfter: last.sequence, before: sequence, Self.gapCountMax)
            }
        } else {
            findings.first = sequence
        }
        if record.document[ExportForm.partMember] == true {
            findings.partCount += 1
        } else if HashChain.hash(of: record.document) != record.hash {
            return fail(sequence, "the hash does not match the record")
        }
        last = AuditHead(sequence: sequence, hash: record.hash)
        unmarked = unmarked ?? sequence
        digest = ExportForm.digest(of: line, after: digest)
        count += 1
        return true
    }

    /// Compares the records so far with a mark.
    private mutating func check(_ mark: JSONValue) -> Bool {
        let isSame =
            mark["records"]?.integer == Int64(count) && mark["digest"]?.string == digest
        guard isSame else {
            let end = mark["last"]?.integer ?? Int64(clamping: last?.sequence ?? 0)
            let told = mark["records"]?.integer ?? 0
            return fail(
                unmarked ?? nextSequence,
                "from here to record \(end) are not the records that were exported: "
                    + "\(told) were up to there, \(count) are"
            )
        }
        unmarked = nil
        return true
    }

    /// The finding, after the last line.
    mutating func finished() -> AuditVerification {
        if flaw == nil, !isEnded {
            _ = fail(nextSequence, "the export has no last line: it was cut off")
        }
        findings.isWhole = isEnded && flaw == nil
        return AuditVerification(
            recordCount: count,
            removedCount: 0,
            firstBad: flaw,
            head: last,
            export: findings
        )
    }

    private static func value(_ line: [UInt8]) -> JSONValue? {
        do {
            return try JSONValue(parsing: line, limits: AuditRecord.limits)
        } catch {
            return nil
        }
    }
}
