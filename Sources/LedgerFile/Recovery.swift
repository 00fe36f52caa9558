import Ledger
import Platform

/// Reads a folder from its newest whole snapshot to the end of the log.
struct Recovery {
    private let folder: Folder
    /// The positions that the names of the files tell, ascending.
    private let segments: [UInt64]
    private let snapshots: [UInt64]

    /// Looks at the names in `folder`, and removes what a dead process left half made.
    init(folder: Folder) throws(JournalError) {
        let names = try JournalError.translating { () throws(SystemError) in
            let names = try folder.names()
            for name in names where LogFileName.isLeftover(name) { try folder.remove(name) }
            return names
        }
        self.folder = folder
        segments = names.compactMap(LogFileName.segmentPosition).sorted()
        snapshots = names.compactMap(LogFileName.snapshotPosition).sorted()
    }

    /// Hands the snapshot's lines and the records behind it to the visitors, then mends the tail.
    ///
    /// Nothing in the folder is changed before all of it was found sound.
    func run(
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> LogEnd {
        var choice = try chooseSnapshot()
        try checkStart(after: choice)
        try choice.snapshot?.forEachLine(line)
        let replay = try replay(after: choice.position, record)
        // A restored backup may be a snapshot alone; a log that is there reaches all snapshots.
        if let replay, let newest = snapshots.last, replay.position <= newest {
            throw .damaged(
                "\(folder.path): the log ends at position \(replay.position - 1), before the "
                    + "snapshot of \(newest): a segment is missing"
            )
        }
        try mend(replay, broken: choice.broken)
        return LogEnd(
            report: JournalReport(
                snapshotPosition: choice.position,
                lastPosition: replay.map { $0.position - 1 } ?? choice.position,
                tornByteCount: replay?.torn.count ?? 0
            ),
            segment: replay.map { LogEnd.Segment(position: $0.segment, offset: $0.offset) }
        )
    }

    /// The newest whole snapshot, and those that were newer but are not whole.
    private struct Choice: ~Copyable {
        var snapshot: SnapshotReader?
        var position: UInt64 = 0
        var broken: [(position: UInt64, reason: String)] = []
    }

    private func chooseSnapshot() throws(JournalError) -> Choice {
        var choice = Choice()
        for position in snapshots.reversed() {
            let name = LogFileName.snapshot(position)
            switch try SnapshotReader.open(folder.path(of: name), name, position) {
            case .whole(let snapshot):
                choice.snapshot = consume snapshot
                choice.position = position
                return choice
            case .broken(let reason):
                choice.broken.append((position, "\(name) is unreadable: \(reason)"))
            }
        }
        return choice
    }

    /// The log begins no later than behind the snapshot.
    private func checkStart(after choice: borrowing Choice) throws(JournalError) {
        let unreadable = choice.broken.map(\.reason).joined(separator: "; ")
        guard let first = segments.first else {
            if choice.broken.isEmpty { return }
            throw .damaged("\(folder.path): \(unreadable), and there is no log instead of it")
        }
        guard first > choice.position + 1 else { return }
        throw .damaged(
            "\(folder.path): the log begins at position \(first), but is needed from "
                + "\(choice.position + 1)\(unreadable.isEmpty ? "" : ", as \(unreadable)")"
        )
    }

    /// How the last segment was left.
    private struct Replay {
        let segment: UInt64
        /// One more than the last record's.
        let position: UInt64
        let offset: Int
        let lastBatch: Range<Int>
        /// The bytes to cut; empty when the log ended cleanly.
        let torn: Range<Int>
    }

    private func replay(
        after snapshot: UInt64, _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Replay? {
        guard let start = segments.lastIndex(where: { $0 <= snapshot + 1 }) else { return nil }
        for index in start..<segments.count - 1 {
            try replayInner(index, after: snapshot, visit)
        }
        return try replayLast(after: snapshot, visit)
    }

    /// Reads a segment that has a successor, so all of it was durable.
    private func replayInner(
        _ index: Int, after snapshot: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) {
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
    }

    private func replayLast(
        after snapshot: UInt64, _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Replay {
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
        return Replay(
            segment: segment,
            position: scan.position,
            offset: scan.offset,
            lastBatch: scan.lastBatch,
            torn: torn
        )
    }

    private func scan(_ position: UInt64) throws(JournalError) -> SegmentScan {
        let name = LogFileName.segment(position)
        return try SegmentScan(path: folder.path(of: name), name: name, position: position)
    }

    /// Makes durable what was found, and puts aside what is broken.
    private func mend(
        _ replay: Replay?, broken: [(position: UInt64, reason: String)]
    ) throws(JournalError) {
        if let replay {
            let name = LogFileName.segment(replay.segment)
            let repair = SegmentRepair(folder: folder, segment: name)
            if !replay.torn.isEmpty { try repair.cut(replay.torn) }
            if !replay.lastBatch.isEmpty { try repair.rewrite(replay.lastBatch) }
        }
        try JournalError.translating { () throws(SystemError) in
            for (position, _) in broken {
                let name = LogFileName.snapshot(position)
                try folder.rename(name, to: name + LogFileName.brokenSuffix)
            }
            try folder.sync()
        }
    }
}

extension SegmentScan {
    /// Hands on the records behind `position` of each whole batch, and tells what ended them.
    fileprivate mutating func visitBatches(
        after position: UInt64, _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Step {
        while true {
            let step = try next()
            guard case .batch(let records) = step else { return step }
            for record in records where record.position > position { try visit(record) }
        }
    }
}
