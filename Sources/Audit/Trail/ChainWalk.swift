/// A walk along a chain, line by line, until its end or the first flaw.
struct ChainWalk: Sendable {
    private var check = ChainCheck(after: nil)
    private var flaw: AuditVerification.Flaw?
    /// The record behind which the chain begins; nil when any may come first.
    private let start: AuditHead?
    /// Heads that were kept elsewhere, which the chain must pass, ascending.
    private var anchors: [AuditHead]
    /// The record with which the walk ends; nil for the end of the lines.
    private let end: AuditHead?
    /// The last anchor that the chain has passed.
    private var passed: AuditHead?

    /// A walk behind the record `start`, that must pass `anchors`; with an `end`, up to that.
    init(after start: AuditHead?, passing anchors: [AuditHead], through end: AuditHead? = nil) {
        self.start = start
        self.anchors = anchors.filter { $0.sequence > 0 }.sorted { $0.sequence < $1.sequence }
        self.end = end
    }

    /// Takes the next line; false when there is no point in going on.
    mutating func visit(_ line: [UInt8]) -> Bool {
        do {
            let isFirst = check.last == nil
            let record = try check.take(line).record
            flaw = isFirst ? flawAtStart(record) : nil
            if flaw == nil { flaw = flawAtAnchor(record) }
            return flaw == nil && record.sequence != end?.sequence
        } catch {
            flaw = AuditVerification.Flaw(sequence: error.sequence, reason: error.reason)
            return false
        }
    }

    /// What is wrong with the record that comes first.
    private func flawAtStart(_ record: AuditRecord) -> AuditVerification.Flaw? {
        guard let start else { return nil }
        // Segments whose removal was interrupted may still be there.
        guard record.sequence > start.sequence else { return nil }
        let expected = start.sequence + 1
        guard record.sequence == expected else {
            let reason =
                "records \(expected) to \(record.sequence - 1) are missing, and were not removed"
            return AuditVerification.Flaw(sequence: expected, reason: reason)
        }
        guard record.previousHash == start.hash else {
            let reason = "previousHash is not the hash of the last record that was removed"
            return AuditVerification.Flaw(sequence: expected, reason: reason)
        }
        return nil
    }

    /// What is wrong with a record whose hash was kept elsewhere.
    private mutating func flawAtAnchor(_ record: AuditRecord) -> AuditVerification.Flaw? {
        var known = [start, end].compactMap(\.self)
        while let anchor = anchors.first, anchor.sequence <= record.sequence {
            known.append(anchors.removeFirst())
        }
        let here = known.filter { $0.sequence == record.sequence }
        guard let wrong = here.first(where: { $0.hash != record.hash }) else {
            passed = here.first ?? passed
            return nil
        }
        let first = (passed?.sequence ?? start?.sequence ?? 0) + 1
        let reason =
            "the hash is not the one that was anchored: the chain was made anew somewhere from "
            + "record \(first) on"
        return AuditVerification.Flaw(sequence: wrong.sequence, reason: reason)
    }

    /// The last record that was visited, or the one behind which the chain begins.
    var position: UInt64 { max(check.last?.sequence ?? 0, start?.sequence ?? 0) }

    /// Whether there is no point in going on.
    var isOver: Bool { flaw != nil || (end.map { position >= $0.sequence } ?? false) }

    /// The finding, after the last line.
    func finished() -> AuditVerification {
        var flaw = flaw
        let last = check.last ?? start ?? .empty
        let known = max(anchors.last?.sequence ?? 0, end?.sequence ?? 0)
        if flaw == nil, last.sequence < known {
            let reason = "the chain ends with record \(last.sequence), not \(known)"
            flaw = AuditVerification.Flaw(sequence: last.sequence + 1, reason: reason)
        }
        return AuditVerification(
            recordCount: check.recordCount,
            removedCount: start?.sequence ?? 0,
            firstBad: flaw,
            head: check.last
        )
    }
}
