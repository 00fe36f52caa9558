import Ledger
import Platform

/// Reads the segments behind a snapshot, in order, and tells how the log ends.
struct LogReplay {
    let disk: any LogDisk
    /// The positions that the names of the segments tell, ascending.
    let segments: [UInt64]

    /// How the last segment was left.
    struct End {
        /// The position of its first record.
        let segment: UInt64
        /// One more than the last record's.
        let position: UInt64
        /// Where the next batch goes.
        let offset: Int
        /// Where the last batch stands; empty without one.
        let lastBatch: Range<Int>
        /// The bytes to cut; empty when the log ended cleanly.
        let torn: Range<Int>
        /// Where the seal of the segment before is missing, when it was read and has none.
        let missingSeal: LogEnd.Segment?
    }

    /// Hands the records behind the position `snapshot` to `visit`; nil without a segment.
    func run(
        after snapshot: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> End? {
        guard let start = segments.lastIndex(where: { $0 <= snapshot + 1 }) else { return nil }
        var missingSeal: LogEnd.Segment?
        for index in start..<segments.count - 1 {
            missingSeal = try readInner(index, after: snapshot, visit)
        }
        return try readLast(after: snapshot, missingSeal: missingSeal, visit)
    }

    /// Reads a segment that has a successor, so all of it was durable.
    ///
    /// - Returns: The place of its seal when it has none.
    private func readInner(
        _ index: Int,
        after snapshot: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> LogEnd.Segment? {
        var scan = try scan(segments[index])
        let end = try scan.visitBatches(after: snapshot, visit)
        if case .broken(let offset, let reason) = end {
            // The seal is written after the next segment was made, so a crash may spoil it alone:
            // it is shorter than any record.
            let isSealOnly = try scan.window.dataEnd(from: offset) <= offset + RecordFrame.byteCount
            guard isSealOnly, offset == scan.offset, scan.position == segments[index + 1] else {
                throw .damaged(scan.name, at: offset, reason)
            }
        }
        guard scan.position == segments[index + 1] else {
            throw .damaged(
                scan.name,
                at: scan.offset,
                "it ends at position \(scan.position - 1), but the next segment is "
                    + "\(LogFileName.segment(segments[index + 1])): a segment is missing"
            )
        }
        if case .end(isSealed: true) = end { return nil }
        return LogEnd.Segment(position: segments[index], offset: scan.offset)
    }

    private func readLast(
        after snapshot: UInt64,
        missingSeal: LogEnd.Segment?,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> End {
        let segment = segments[segments.count - 1]
        var scan = try scan(segment)
        var torn = 0..<0
        switch try scan.visitBatches(after: snapshot, visit) {
        case .broken(let offset, let reason):
            try TornTail.check(&scan, brokenAt: offset, reason: reason)
            torn = scan.offset..<(try scan.window.dataEnd(from: scan.offset))
        case .end(isSealed: true):
            let next = LogFileName.segment(scan.position)
            throw .damaged(scan.name, at: scan.offset, "the next segment, \(next), is missing")
        case .end, .batch: break
        }
        return End(
            segment: segment,
            position: scan.position,
            offset: scan.offset,
            lastBatch: scan.lastBatch,
            torn: torn,
            missingSeal: missingSeal
        )
    }

    private func scan(_ position: UInt64) throws(JournalError) -> SegmentScan {
        try SegmentScan(disk, position)
    }
}

extension SegmentScan {
    /// Hands on the records behind `position` of each whole batch, and tells what ended them.
    fileprivate mutating func visitBatches(
        after position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Step {
        while true {
            let step = try next()
            guard case .batch(let records) = step else { return step }
            for record in records where record.position > position { try visit(record) }
        }
    }
}
