import Ledger
import Platform

/// Reads a segment batch by batch, and tells how its records end.
struct SegmentScan: ~Copyable {
    /// What follows the batches read so far.
    enum Step {
        /// One more whole batch.
        case batch([JournalRecord])
        /// Only zeros, or the seal and then zeros.
        case end(isSealed: Bool)
        /// Bytes from `offset` on that are not a record, though the batch or the segment goes on.
        case broken(offset: Int, reason: String)
    }

    /// The file's name, for messages.
    let name: String
    /// The position of the next batch's first record.
    private(set) var position: UInt64
    /// Where the next batch begins.
    private(set) var offset = SegmentHeader.byteCount
    /// Where the last batch stands; empty without one.
    private(set) var lastBatch = 0..<0
    /// The file.
    var window: FileWindow

    /// Opens the segment whose first record is at `position`, and checks its header.
    init(_ disk: any LogDisk, _ position: UInt64) throws(JournalError) {
        let name = LogFileName.segment(position)
        var opened = try FileWindow(disk, name)
        let place = try opened.show(0..<SegmentHeader.byteCount)
        try SegmentHeader.check(
            opened.buffer.span.extracting(place),
            position: position,
            segment: name
        )
        self.name = name
        self.position = position
        window = opened
    }

    /// Reads one batch; after another answer than `.batch` it answers the same again.
    mutating func next() throws(JournalError) -> Step {
        var batch: [JournalRecord] = []
        var end = offset
        while true {
            switch try content(at: end) {
            case .broken(let reason): return .broken(offset: end, reason: reason)
            case .zeros:
                let dataEnd = try window.dataEnd(from: end)
                return batch.isEmpty && dataEnd == end
                    ? .end(isSealed: false) : .broken(offset: end, reason: "a record is missing")
            case .record(let frame, let payload):
                try check(frame, at: end, after: batch.count)
                end += frame.recordByteCount
                if frame.isSeal { return try sealed(upTo: end) }
                batch.append(JournalRecord(position: frame.position, payload: payload))
                if batch.count < frame.batchCount { continue }
                lastBatch = offset..<end
                offset = end
                position += UInt64(batch.count)
                return .batch(batch)
            }
        }
    }

    private enum Content {
        case record(RecordFrame, payload: [UInt8])
        case zeros
        case broken(String)
    }

    private mutating func content(at offset: Int) throws(JournalError) -> Content {
        if let frame = try window.wholeFrame(at: offset) {
            let start = offset + RecordFrame.byteCount
            let place = try window.show(start..<start + frame.payloadByteCount)
            return .record(frame, payload: Array(window.buffer[place]))
        }
        let place = try window.show(offset..<offset + RecordFrame.byteCount)
        return window.buffer.span.extracting(place).isZero
            ? .zeros : .broken("a record is incomplete or fails its checksum")
    }

    private mutating func sealed(upTo end: Int) throws(JournalError) -> Step {
        guard try window.dataEnd(from: end) == end else {
            throw .damaged(name, at: end, "there are bytes behind the segment's end")
        }
        return .end(isSealed: true)
    }

    /// A record with a right checksum in a wrong place was not left by a crash.
    private func check(
        _ frame: RecordFrame,
        at offset: Int,
        after count: Int
    ) throws(JournalError) {
        guard frame.position == position + UInt64(count) else {
            throw .damaged(
                name,
                at: offset,
                "position \(position + UInt64(count)) is missing, \(frame.position) stands here"
            )
        }
        guard frame.batchIndex == count, !frame.isSeal || count == 0 else {
            throw .damaged(name, at: offset, "the record belongs to another batch")
        }
    }
}

extension FileWindow {
    /// The frame of a record that is whole at `offset`; nil when there is none, or when it says that
    /// its position is beyond `positionMax`.
    mutating func wholeFrame(
        at offset: Int,
        positionMax: UInt64 = .max
    ) throws(JournalError) -> RecordFrame? {
        let place = try show(offset..<offset + RecordFrame.byteCount)
        guard place.count == RecordFrame.byteCount,
            let frame = RecordFrame(buffer.span.extracting(place)),
            frame.position <= positionMax,
            frame.recordByteCount <= byteCount - offset
        else { return nil }
        let whole = try show(offset..<offset + frame.recordByteCount)
        return frame.covers(buffer.span.extracting(whole)) ? frame : nil
    }
}
