import Ledger
import Platform

/// The rest of a batch that a crash interrupted, at the end of the last segment.
enum TornTail {
    /// Makes sure that what is broken from `offset` on can be a crash's work.
    ///
    /// Each batch was durable before the next one began, so a whole record of any other batch behind
    /// the broken place proves that a durable record was spoilt.
    static func check(
        _ scan: inout SegmentScan,
        brokenAt offset: Int,
        reason: String
    ) throws(JournalError) {
        let end = try scan.window.dataEnd(from: offset)
        let first = offset + RecordFrame.alignment
        // So many records have room in what is left; a larger position is other bytes by chance, and
        // not worth the checksum of what they say is a payload.
        let positionMax = scan.position + UInt64((end - offset) / RecordFrame.byteCount) + 1
        for place in stride(from: first, to: end, by: RecordFrame.alignment) {
            guard let frame = try scan.window.wholeFrame(at: place, positionMax: positionMax) else {
                continue
            }
            if !frame.isSeal, frame.batchPosition == scan.position { continue }
            let later = frame.isSeal ? "the segment's end" : "position \(frame.position)"
            throw .damaged(
                scan.name,
                at: offset,
                "\(reason), though \(later) follows intact at offset \(place)"
            )
        }
    }
}
