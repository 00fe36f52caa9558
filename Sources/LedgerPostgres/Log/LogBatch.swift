#if PostgreSQL
import Ledger
import Platform

/// A batch on its way into the log.
struct LogBatch {
    /// The most bytes of payloads that one statement carries; a larger batch takes several, in one
    /// transaction.
    static let statementByteCountMax = 8 << 20

    /// Its name, of chance, by which it is found again when its connection was lost.
    let id: [UInt8]
    /// The position behind which it comes.
    let position: Int64
    let payloads: [[UInt8]]

    var lastPosition: Int64 { position + Int64(payloads.count) }

    init(_ records: [JournalRecord]) {
        JournalRecord.requireBatch(records)
        id = Random.bytes(count: 16)
        position = Int64(bitPattern: records[0].position) - 1
        payloads = records.map(\.payload)
    }

    /// The payloads in parts of at most `statementByteCountMax`, a larger payload alone.
    var parts: [ArraySlice<[UInt8]>] {
        var parts: [ArraySlice<[UInt8]>] = []
        var (start, byteCount) = (0, 0)
        for (index, payload) in payloads.enumerated() {
            if index > start, byteCount + payload.count > Self.statementByteCountMax {
                parts.append(payloads[start..<index])
                (start, byteCount) = (index, 0)
            }
            byteCount += payload.count
        }
        return parts + [payloads[start...]]
    }
}
#endif
