import Ledger
import Platform

/// The rest of a batch that a crash interrupted, at the end of the last segment.
enum TornTail {
    /// Makes sure that what is broken from `offset` on can be a crash's work.
    ///
    /// Each batch was durable before the next one began, so a whole record of any other batch behind
    /// the broken place proves that a durable record was spoilt.
    static func check(
        _ scan: inout SegmentScan, brokenAt offset: Int, reason: String
    ) throws(JournalError) {
        let end = try scan.window.dataEnd(from: offset)
        let first = offset + RecordFrame.alignment
        for place in stride(from: first, to: end, by: RecordFrame.alignment) {
            guard let frame = try scan.wholeFrame(at: place) else { continue }
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
