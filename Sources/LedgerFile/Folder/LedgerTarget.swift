public import Ledger
import Platform

/// A new folder that a ledger is copied to.
public final class LedgerTarget: Sendable {
    /// The most bytes of payloads of one batch.
    private static let batchByteCountMax = 4 << 20
    private static let batchCountMax = 1024
    private static let snapshotCountMax = 1000

    /// The folder.
    public let path: String
    private let disk: any LogDisk
    private let lock: any AnyObject & Sendable

    /// Makes the folder, which must be empty or not there.
    ///
    /// - Throws: `.unavailable` when something is in it, `.locked` when another process has it.
    public init(_ path: String) throws(JournalError) {
        let disk = FolderDisk(folder: Folder(path))
        let attempt = try JournalError.translating { () throws(SystemError) in
            try disk.create()
            return try disk.lock()
        }
        guard case .taken(let lock) = attempt else {
            throw JournalError(.locked, "\(path) is held by another process")
        }
        let names = try JournalError.translating { () throws(SystemError) in try disk.names() }
        guard names.allSatisfy({ $0 == FolderLock.fileName }) else {
            throw JournalError(.unavailable, "\(path) is not empty: name a new folder")
        }
        (self.path, self.disk, self.lock) = (path, disk, lock)
    }

    func makeWriter() -> LogWriter {
        LogWriter(disk: disk, configuration: FileJournal.Configuration())
    }

    func save(_ snapshot: any SnapshotSource) throws(JournalError) {
        try SnapshotWriter(disk: disk, snapshotCount: Self.snapshotCountMax).save(snapshot)
    }

    /// Copies the ledger as it was at `position`, with as much of its history as there is.
    ///
    /// A batch of the source may be parted: what is copied was durable there.
    ///
    /// - Throws: `.damaged` when what is needed is; `.unavailable` when the position was never
    ///   reached, or lies before everything that is kept.
    public func copy(_ source: LedgerFolder, through position: UInt64) throws(JournalError) {
        let names = try JournalError.translating { () throws(SystemError) in
            try source.disk.names()
        }
        let segments = names.compactMap(LogFileName.segmentPosition).sorted()
        let snapshots = try Self.wholeSnapshots(names, in: source, through: position)
        let start = snapshots.first { snapshot in segments.contains { $0 <= snapshot + 1 } }
        let base = segments.first == 1 ? 0 : start ?? snapshots.last
        guard let base else {
            throw JournalError(
                .unavailable,
                "\(source.path): position \(position) lies before what is kept: no whole snapshot "
                    + "is that old, and the log begins at \(segments.first ?? 0)"
            )
        }
        if base > 0 { try save(CopiedSnapshot(disk: source.disk, position: base)) }
        let last = try copyRecords(of: source, segments, after: base, through: position)
        guard last == position else {
            throw JournalError(
                .unavailable,
                "\(source.path): the log can be read up to position \(last), not \(position): "
                    + "'bindery ledger verify' says why"
            )
        }
        if let newest = snapshots.last, newest > base {
            try save(CopiedSnapshot(disk: source.disk, position: newest))
        }
    }

    private static func wholeSnapshots(
        _ names: [String],
        in source: LedgerFolder,
        through position: UInt64
    ) throws(JournalError) -> [UInt64] {
        var found: [UInt64] = []
        for snapshot in names.compactMap(LogFileName.snapshotPosition).sorted()
        where snapshot <= position {
            if case .whole = try SnapshotReader.open(source.disk, snapshot) {
                found.append(snapshot)
            }
        }
        return found
    }

    /// The position of the last record copied.
    private func copyRecords(
        of source: LedgerFolder,
        _ segments: [UInt64],
        after base: UInt64,
        through position: UInt64
    ) throws(JournalError) -> UInt64 {
        let report = JournalReport(snapshotPosition: base, lastPosition: base, tornByteCount: 0)
        let end = LogEnd(report: report, segment: nil)
        var writer = makeWriter()
        var batch: [JournalRecord] = []
        var byteCount = 0
        try source.forEachRecord(in: segments, after: base, through: position) {
            (record) throws(JournalError) in
            batch.append(record)
            byteCount += record.payload.count
            guard byteCount >= Self.batchByteCountMax || batch.count >= Self.batchCountMax
            else { return }
            try writer.append(batch, after: end)
            (batch, byteCount) = ([], 0)
        }
        try writer.append(batch, after: end)
        return writer.lastPosition(since: end)
    }
}

/// A snapshot of another folder, line by line.
private struct CopiedSnapshot: SnapshotSource {
    let disk: any LogDisk
    let position: UInt64

    func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
        switch try SnapshotReader.open(disk, position) {
        case .whole(var reader): try reader.forEachLine(write)
        case .broken(let reason):
            throw JournalError(.damaged, "\(LogFileName.snapshot(position)): \(reason)")
        }
    }
}

extension LedgerFolder {
    /// Hands on the records behind `base` up to `position`; what is behind that is not looked at.
    fileprivate func forEachRecord(
        in segments: [UInt64],
        after base: UInt64,
        through position: UInt64,
        _ visit: (JournalRecord) throws(JournalError) -> Void
    ) throws(JournalError) {
        guard base < position,
            let start = segments.lastIndex(where: { $0 <= base + 1 })
        else { return }
        var next = base + 1
        for first in segments[start...] where first <= position {
            var scan = try SegmentScan(disk, first)
            reading: while next <= position {
                switch try scan.next() {
                case .batch(let records):
                    for record in records
                    where record.position >= next && record.position <= position {
                        guard record.position == next else {
                            throw .damaged(scan.name, at: 0, "position \(next) is missing")
                        }
                        try visit(record)
                        next += 1
                    }
                case .end, .broken: break reading
                }
            }
        }
    }
}
