import Ledger
import Platform

/// Reads back what a folder keeps: a value of its queue, so that readings neither hold up appends nor
/// run beside each other.
struct HistoryReader {
    private let disk: any LogDisk
    private var isClosed = false

    init(disk: any LogDisk) { self.disk = disk }

    /// What is in the folder now, up to the last record that is known to be durable.
    func history(upTo last: UInt64) throws(JournalError) -> FolderHistory {
        if isClosed { throw FileJournal.Phase.isClosed }
        let names = try JournalError.translating { () throws(SystemError) in try disk.names() }
        return FolderHistory(
            disk: disk,
            segments: names.compactMap(LogFileName.segmentPosition).sorted(),
            snapshotPositions: names.compactMap(LogFileName.snapshotPosition).sorted(),
            lastPosition: last
        )
    }

    /// Later calls of `history` throw.
    mutating func close() { isClosed = true }
}

/// The snapshots and segments of a folder, while others append to it and remove from it.
///
/// The last segment is read beside its writer: what is whole up to `lastPosition` was durable before
/// the reading began, and what stands behind it is not looked at.
struct FolderHistory: JournalHistory {
    let disk: any LogDisk
    /// The positions that the names of the segments tell, ascending.
    let segments: [UInt64]
    let snapshotPositions: [UInt64]
    let lastPosition: UInt64

    var firstPosition: UInt64 { segments.first ?? lastPosition + 1 }

    func forEachLine(
        ofSnapshot position: UInt64,
        _ visit: ([UInt8]) throws(JournalError) -> Bool
    ) throws(JournalError) {
        let name = LogFileName.snapshot(position)
        guard snapshotPositions.contains(position), try isThere(name) else {
            throw JournalError(.notKept, "there is no snapshot of position \(position)")
        }
        switch try SnapshotReader.open(disk, position) {
        case .broken(let reason): throw .damaged("\(name) is unreadable: \(reason)")
        case .whole(var snapshot): try snapshot.readLines(while: visit)
        }
    }

    func forEachRecord(
        after position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Bool
    ) throws(JournalError) {
        guard position < lastPosition else { return }
        guard let start = segments.lastIndex(where: { $0 <= position + 1 }) else {
            throw JournalError(.notKept, "the log begins at position \(firstPosition)")
        }
        for segment in segments[start...] where segment <= lastPosition {
            guard try read(segment, after: position, visit) else { return }
        }
    }

    /// Reads one segment; false when no more is wanted.
    private func read(
        _ segment: UInt64,
        after position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Bool
    ) throws(JournalError) -> Bool {
        let name = LogFileName.segment(segment)
        guard try isThere(name) else {
            throw JournalError(.notKept, "\(name) was removed: a snapshot covers it")
        }
        var scan = try SegmentScan(disk, segment)
        let next = segments.first { $0 > segment } ?? lastPosition + 1
        while scan.position < min(next, lastPosition + 1) {
            guard case .batch(let records) = try scan.next() else {
                throw .damaged(name, at: scan.offset, "position \(scan.position) is missing")
            }
            for record in records where record.position > position {
                guard record.position <= lastPosition, try visit(record) else { return false }
            }
        }
        return true
    }

    /// Whether retention has left it; what is open then stays readable.
    private func isThere(_ name: String) throws(JournalError) -> Bool {
        try JournalError.translating { () throws(SystemError) in try disk.names() }.contains(name)
    }
}
