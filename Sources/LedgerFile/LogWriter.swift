import Ledger
import Platform

/// The one writer of the log: a value of its queue, which an append blocks until it is durable.
struct LogWriter {
    /// A buffer larger than this is not kept for the next batch.
    private static let keptByteCountMax = 4 << 20

    private let disk: any LogDisk
    private let configuration: FileJournal.Configuration
    /// The position of the last record; nil before the first append.
    private var position: UInt64?
    private var segment: OpenSegment?
    /// Why nothing can be appended any more.
    private var failure: JournalError?
    private var buffer: [UInt8] = []

    init(disk: any LogDisk, configuration: FileJournal.Configuration) {
        self.disk = disk
        self.configuration = configuration
    }

    /// Appends a batch to the log, which ended at `end` when it was loaded.
    mutating func append(_ records: [JournalRecord], after end: LogEnd) throws(JournalError) {
        if let failure { throw failure }
        guard let first = records.first else { return }
        JournalRecord.requireBatch(records)
        let last = lastPosition(since: end)
        guard first.position == last + 1 else {
            throw JournalError(
                .conflict,
                "the log ends at position \(last), the batch begins at \(first.position)"
            )
        }
        encode(records)
        do {
            let segment = try place(for: buffer.count, at: first.position, after: end)
            try JournalError.translating { () throws(SystemError) in try segment.write(&buffer) }
            position = last + UInt64(records.count)
        } catch {
            // What the medium holds is unknown now; only a new start can tell.
            failure = JournalError(error.code, "an earlier append failed: \(error.detail)")
            segment = nil
            throw error
        }
        if buffer.capacity > Self.keptByteCountMax { buffer = [] }
    }

    /// The position of the last record that is durable.
    func lastPosition(since end: LogEnd) -> UInt64 {
        position ?? end.report.lastPosition
    }

    /// Lets go of the segment; later calls of `append` throw.
    mutating func close() {
        failure = FileJournal.Phase.isClosed
        segment = nil
    }

    private mutating func encode(_ records: [JournalRecord]) {
        buffer.removeAll(keepingCapacity: true)
        for (index, record) in records.enumerated() {
            RecordFrame.append(record, index: index, of: records.count, to: &buffer)
        }
    }

    /// The segment that takes `byteCount` bytes more: the current one, or the next.
    private mutating func place(
        for byteCount: Int,
        at position: UInt64,
        after end: LogEnd
    ) throws(JournalError) -> OpenSegment {
        try JournalError.translating { () throws(SystemError) in
            if segment == nil, let last = end.segment {
                segment = try OpenSegment(disk, last.position, end: last.offset)
            }
            if let segment, segment.hasRoom(for: byteCount) { return segment }
            let needed = OpenSegment.byteCount(for: byteCount)
            let next = try OpenSegment.make(
                disk,
                position,
                byteCount: max(configuration.segmentByteCount, needed)
            )
            try segment?.seal(before: position)
            segment = next
            return next
        }
    }
}
