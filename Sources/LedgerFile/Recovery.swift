import Ledger
import Platform

/// Reads a folder from its newest whole snapshot to the end of the log.
struct Recovery {
    private let disk: any LogDisk
    /// The positions that the names of the files tell, ascending.
    private let segments: [UInt64]
    private let snapshots: [UInt64]
    /// What a dead process left half made.
    private let leftovers: [String]

    /// Looks at the names on `disk`.
    init(disk: any LogDisk) throws(JournalError) {
        let names = try JournalError.translating { () throws(SystemError) in try disk.names() }
        self.disk = disk
        segments = names.compactMap(LogFileName.segmentPosition).sorted()
        snapshots = names.compactMap(LogFileName.snapshotPosition).sorted()
        leftovers = names.filter(LogFileName.isLeftover)
    }

    /// Hands the snapshot's lines and the records behind it to the visitors, then mends the tail.
    ///
    /// Nothing in the folder is changed before all of it was found sound, and nothing at all unless
    /// `mends`: then what a start would mend is left as it is.
    func run(
        mends: Bool = true,
        line: ([UInt8]) throws(JournalError) -> Void,
        record: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> LogEnd {
        var choice = try chooseSnapshot()
        try checkStart(after: choice)
        try choice.snapshot?.forEachLine(line)
        let replay = LogReplay(disk: disk, segments: segments)
        let end = try replay.run(after: choice.position, record)
        try checkEnd(end)
        let warnings = mends ? try mend(end, broken: choice.broken) : []
        return LogEnd(
            report: JournalReport(
                snapshotPosition: choice.position,
                lastPosition: end.map { $0.position - 1 } ?? choice.position,
                tornByteCount: end?.torn.count ?? 0,
                warnings: warnings
            ),
            segment: end.map { LogEnd.Segment(position: $0.segment, offset: $0.offset) }
        )
    }

    /// The newest whole snapshot, and those that were newer but are not whole.
    private struct Choice: ~Copyable {
        var snapshot: SnapshotReader?
        var position: UInt64 = 0
        var broken: [(name: String, reason: String)] = []
    }

    private func chooseSnapshot() throws(JournalError) -> Choice {
        var choice = Choice()
        for position in snapshots.reversed() {
            let name = LogFileName.snapshot(position)
            switch try SnapshotReader.open(disk, position) {
            case .whole(let snapshot):
                choice.snapshot = consume snapshot
                choice.position = position
                return choice
            case .broken(let reason):
                choice.broken.append((name, "\(name) is unreadable: \(reason)"))
            }
        }
        return choice
    }

    /// The log begins no later than behind the snapshot.
    private func checkStart(after choice: borrowing Choice) throws(JournalError) {
        let unreadable = choice.broken.map(\.reason).joined(separator: "; ")
        guard let first = segments.first else {
            if choice.broken.isEmpty { return }
            throw .damaged("\(disk.path): \(unreadable), and there is no log instead of it")
        }
        guard first > choice.position + 1 else { return }
        throw .damaged(
            "\(disk.path): the log begins at position \(first), but is needed from "
                + "\(choice.position + 1)\(unreadable.isEmpty ? "" : ", as \(unreadable)")"
        )
    }

    /// The log reaches all snapshots; only a restored backup may be a snapshot alone.
    private func checkEnd(_ end: LogReplay.End?) throws(JournalError) {
        guard let end, let newest = snapshots.last, end.position <= newest else { return }
        throw .damaged(
            LogFileName.segment(end.segment),
            at: end.offset,
            "the log ends at position \(end.position - 1), though "
                + "\(LogFileName.snapshot(newest)) covers more: the end of the log is lost"
        )
    }

    /// Makes durable what was found, and puts aside what is broken.
    ///
    /// - Returns: What the operator should know.
    private func mend(
        _ end: LogReplay.End?,
        broken: [(name: String, reason: String)]
    ) throws(JournalError) -> [String] {
        var warnings: [String] = []
        // A killed process may have left a segment's name in memory only. Nothing may be made durable
        // that relies on it, such as the seal before it, until the name is.
        try JournalError.translating { () throws(SystemError) in try disk.sync() }
        if let end {
            if let place = end.missingSeal { try seal(place, before: end.segment) }
            let repair = SegmentRepair(disk: disk, segment: LogFileName.segment(end.segment))
            if !end.torn.isEmpty { warnings.append(try repair.cut(end.torn)) }
            if !end.lastBatch.isEmpty { try repair.rewrite(end.lastBatch) }
        }
        try JournalError.translating { () throws(SystemError) in
            for name in leftovers { try disk.remove(name) }
            for (name, reason) in broken {
                let newName = name + LogFileName.brokenSuffix
                try disk.rename(name, to: newName)
                warnings.append("\(reason); it is kept as \(newName), what is older was read")
            }
            try disk.sync()
        }
        return warnings
    }

    /// A crash between the making of a segment and the seal of the one before leaves that unsealed.
    private func seal(_ place: LogEnd.Segment, before position: UInt64) throws(JournalError) {
        try JournalError.translating { () throws(SystemError) in
            try OpenSegment(disk, place.position, end: place.offset).seal(before: position)
        }
    }
}
