import Platform

/// The one writer of the trail's files: a value of its queue, which an append blocks until it is
/// durable.
///
/// A segment is NDJSON, one record a line. The first line of each batch begins with a space, which
/// JSON allows: a batch was durable before the next one began, so that recovery can tell a batch that
/// a crash tore from a record that was spoilt later.
struct SegmentWriter {
    /// The segment that is written to.
    final class Segment {
        let file: File
        let first: UInt64
        /// When its first record was appended, in milliseconds since 1970.
        let began: Int64
        var end: Int

        init(_ file: consuming File, first: UInt64, began: Int64, end: Int) {
            self.file = file
            (self.first, self.began, self.end) = (first, began, end)
        }
    }

    /// A buffer larger than this is not kept for the next batch.
    private static let keptByteCountMax = 4 << 20

    let folder: Folder
    private let configuration: AuditTrail.Configuration
    private var current: Segment?
    /// Why nothing can be written any more.
    private var failure: AuditError?
    private var buffer: [UInt8] = []

    init(_ folder: Folder, _ configuration: AuditTrail.Configuration) {
        (self.folder, self.configuration) = (folder, configuration)
    }

    /// Goes on in the segment that recovery has read up to `end`.
    mutating func resume(_ first: UInt64, end: Int) throws(AuditError) {
        let path = folder.path(of: SegmentName.text(first))
        let record = try SegmentRetention(folder: folder).record(segment: first)
        let began = record.flatMap { IndexEntry.appendTime(of: $0.id) } ?? configuration.now()
        current = try AuditError.translating { () throws(SystemError) in
            Segment(try File(path, for: .readWrite), first: first, began: began, end: end)
        }
    }

    /// Appends a batch; durable when it returns.
    mutating func append(_ lines: [[UInt8]], first: UInt64) throws(AuditError) -> [RecordPlace] {
        if let failure { throw failure }
        do throws(AuditError) {
            return try write(lines, first)
        } catch {
            // What the medium holds is unknown now; only a new start can tell.
            failure = AuditError(error.code, "an earlier write failed: \(error.detail)")
            current = nil
            throw error
        }
    }

    /// Lets go of the file; later calls of `append` throw.
    mutating func close() {
        failure = AuditError(.closed, "the audit trail was closed")
        current = nil
    }

    private mutating func write(
        _ lines: [[UInt8]],
        _ first: UInt64
    ) throws(AuditError) -> [RecordPlace] {
        let segment = try place(first)
        buffer.removeAll(keepingCapacity: true)
        var places: [RecordPlace] = []
        for (index, line) in lines.enumerated() {
            let offset = segment.end + buffer.count
            if index == 0 { buffer.append(0x20) }
            buffer += line
            let length = segment.end + buffer.count - offset
            places.append(
                RecordPlace(
                    sequence: first + UInt64(index),
                    segment: segment.first,
                    offset: offset,
                    length: length
                )
            )
            buffer.append(0x0A)
        }
        let batch = buffer
        try AuditError.translating { () throws(SystemError) in
            try segment.file.write(batch.span, at: segment.end)
            try segment.file.syncData()
        }
        segment.end += batch.count
        if buffer.capacity > Self.keptByteCountMax { buffer = [] }
        return places
    }

    /// The segment that takes the next batch: the current one, or a new one when that is full.
    private mutating func place(_ first: UInt64) throws(AuditError) -> Segment {
        let now = configuration.now()
        if let current, hasRoom(current, for: first, at: now) { return current }
        let path = folder.path(of: SegmentName.text(first))
        let folder = folder
        let next = try AuditError.translating { () throws(SystemError) in
            let segment = Segment(
                try File(path, for: .readWrite, creating: .mustBeNew),
                first: first,
                began: now,
                end: 0
            )
            try folder.sync()
            return segment
        }
        current = next
        return next
    }

    private func hasRoom(_ segment: Segment, for first: UInt64, at now: Int64) -> Bool {
        let age = Duration.milliseconds(now - segment.began)
        return segment.end < configuration.segmentByteCountMax
            && first - segment.first < UInt64(max(1, configuration.segmentRecordCountMax))
            && configuration.segmentAgeMax.map { age < $0 } ?? true
    }
}
