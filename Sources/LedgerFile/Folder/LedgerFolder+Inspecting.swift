public import Ledger
import Platform

extension LedgerFolder {
    /// Reads all of the folder, also what a start would not read, and goes on behind damage.
    ///
    /// - Parameter visit: Gets every record that can be read, in order.
    /// - Returns: What is there, with what is wrong.
    /// - Throws: `.unavailable` and `.newerFormat`; what is damaged is told by the inspection.
    public func inspect(
        _ visit: (JournalRecord) -> Void = { _ in }
    ) throws(JournalError) -> LedgerInspection {
        let names = try JournalError.translating { () throws(SystemError) in try disk.names() }
        let positions = names.compactMap(LogFileName.segmentPosition).sorted()
        var segments: [LedgerInspection.Segment] = []
        for (index, position) in positions.enumerated() {
            let next = index + 1 < positions.count ? positions[index + 1] : nil
            segments.append(try segment(position, before: next, visit))
        }
        var snapshots: [LedgerInspection.Snapshot] = []
        for position in names.compactMap(LogFileName.snapshotPosition).sorted() {
            snapshots.append(try snapshot(position, logEnd: segments.last?.lastPosition))
        }
        return LedgerInspection(
            segments: segments,
            snapshots: snapshots,
            otherNames: names.filter { name in
                LogFileName.isLeftover(name) || name.hasSuffix(LogFileName.brokenSuffix)
            }
        )
    }

    private func snapshot(
        _ position: UInt64,
        logEnd: UInt64?
    ) throws(JournalError) -> LedgerInspection.Snapshot {
        let name = LogFileName.snapshot(position)
        var problem: String?
        var isReadable = true
        if case .broken(let reason) = try SnapshotReader.open(disk, position) {
            isReadable = false
            problem =
                "\(name) is unreadable: \(reason); a start goes on with an older one and the "
                + "log when these reach back far enough"
        } else if let logEnd, logEnd < position {
            problem =
                "\(name) covers more than the log, which ends at position \(logEnd): the end "
                + "of the log is lost; restore the folder from a backup, or see 'bindery ledger "
                + "repair'"
        }
        return LedgerInspection.Snapshot(
            name: name,
            position: position,
            isReadable: isReadable,
            problem: problem
        )
    }

    private func segment(
        _ position: UInt64,
        before next: UInt64?,
        _ visit: (JournalRecord) -> Void
    ) throws(JournalError) -> LedgerInspection.Segment {
        var (last, end) = (position - 1, SegmentHeader.byteCount)
        let ending: LedgerInspection.Segment.Ending
        do {
            var scan = try SegmentScan(disk, position)
            ending = try read(&scan, before: next) { batch, offset in
                batch.forEach(visit)
                last = batch.last?.position ?? last
                end = offset
            }
        } catch {
            guard error.code == .damaged else { throw error }
            ending = .damaged(error.detail)
        }
        return LedgerInspection.Segment(
            name: LogFileName.segment(position),
            firstPosition: position,
            lastPosition: last,
            lastTracedPosition: try traces(in: position, behind: end, ending) ?? last,
            endOffset: end,
            ending: ending
        )
    }

    /// The newest position of a whole record behind damage; nil without one.
    private func traces(
        in position: UInt64,
        behind start: Int,
        _ ending: LedgerInspection.Segment.Ending
    ) throws(JournalError) -> UInt64? {
        guard case .damaged = ending else { return nil }
        var window = try FileWindow(disk, LogFileName.segment(position))
        let end = try window.dataEnd(from: start)
        var newest: UInt64?
        for offset in stride(from: start, to: end, by: RecordFrame.alignment) {
            let frame = try window.wholeFrame(at: offset, positionMax: LogFileName.positionMax)
            guard let frame, !frame.isSeal else { continue }
            newest = max(newest ?? position, frame.position)
        }
        return newest
    }

    /// Reads the whole batches, and tells what ends them.
    private func read(
        _ scan: inout SegmentScan,
        before next: UInt64?,
        _ take: ([JournalRecord], _ offset: Int) -> Void
    ) throws(JournalError) -> LedgerInspection.Segment.Ending {
        while true {
            switch try scan.next() {
            case .batch(let records): take(records, scan.offset)
            case .broken(let offset, let reason):
                return try broken(&scan, at: offset, reason, before: next)
            case .end(let isSealed):
                return try ended(scan, isSealed: isSealed, before: next)
            }
        }
    }

    private func ended(
        _ scan: borrowing SegmentScan,
        isSealed: Bool,
        before next: UInt64?
    ) throws(JournalError) -> LedgerInspection.Segment.Ending {
        guard let next else {
            guard isSealed else { return .open }
            let name = LogFileName.segment(scan.position)
            throw .damaged(scan.name, at: scan.offset, "the next segment, \(name), is missing")
        }
        guard scan.position == next else {
            throw .damaged(
                scan.name,
                at: scan.offset,
                "it ends at position \(scan.position - 1), but the next segment is "
                    + "\(LogFileName.segment(next)): records are missing"
            )
        }
        return isSealed ? .sealed : .unsealed
    }

    private func broken(
        _ scan: inout SegmentScan,
        at offset: Int,
        _ reason: String,
        before next: UInt64?
    ) throws(JournalError) -> LedgerInspection.Segment.Ending {
        let dataEnd = try scan.window.dataEnd(from: scan.offset)
        guard let next else {
            try TornTail.check(&scan, brokenAt: offset, reason: reason)
            return .torn(byteCount: dataEnd - scan.offset)
        }
        // A crash may spoil the seal alone, which is shorter than any record.
        guard offset == scan.offset, dataEnd <= offset + RecordFrame.byteCount,
            scan.position == next
        else { throw .damaged(scan.name, at: offset, reason) }
        return .unsealed
    }
}
