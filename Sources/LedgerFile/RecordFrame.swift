import Ledger
import Platform

/// What stands before a payload in a segment; `FileJournal` has the table of its bytes.
struct RecordFrame: Equatable {
    /// The bytes before the payload.
    static let byteCount = 24
    /// Records begin at multiples of this.
    static let alignment = 8

    /// The checksum that was read; it covers everything behind it, up to the next record.
    let checksum: UInt32
    let payloadByteCount: Int
    let position: UInt64
    /// The place in the batch, from 0.
    let batchIndex: Int
    let batchCount: Int

    /// The position of the first record of the batch.
    var batchPosition: UInt64 { position &- UInt64(batchIndex) }

    /// The bytes from this record to the next one.
    var recordByteCount: Int { Self.recordByteCount(payload: payloadByteCount) }

    /// Whether it ends a segment that has a successor, which begins at `position`.
    var isSeal: Bool { payloadByteCount == 0 && batchIndex == 0 && batchCount == 0 }

    /// Reads the first `byteCount` bytes; nil when no writer can have written such numbers.
    init?(_ bytes: Span<UInt8>) {
        let length = bytes.littleEndian(at: 4, as: UInt32.self)
        guard length <= JournalRecord.payloadByteCountMax else { return nil }
        checksum = bytes.littleEndian(at: 0, as: UInt32.self)
        payloadByteCount = Int(length)
        position = bytes.littleEndian(at: 8, as: UInt64.self)
        batchIndex = Int(bytes.littleEndian(at: 16, as: UInt32.self))
        batchCount = Int(bytes.littleEndian(at: 20, as: UInt32.self))
        guard position > UInt64(batchIndex) else { return nil }
        guard isSeal || (payloadByteCount > 0 && batchIndex < batchCount) else { return nil }
    }

    /// Whether `bytes`, the whole record, are what was written.
    func covers(_ bytes: Span<UInt8>) -> Bool {
        Checksum.crc32c(bytes.extracting(4...)) == checksum
    }

    /// The bytes that a record with such a payload takes.
    static func recordByteCount(payload: Int) -> Int {
        (byteCount + payload + alignment - 1) & ~(alignment - 1)
    }

    /// Adds a record to the bytes of a batch.
    static func append(
        _ record: JournalRecord,
        index: Int,
        of count: Int,
        to bytes: inout [UInt8]
    ) {
        append(
            payload: record.payload,
            position: record.position,
            index: index,
            of: count,
            to: &bytes
        )
    }

    /// The seal of a segment before the one that begins at `position`.
    static func seal(position: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        append(payload: [], position: position, index: 0, of: 0, to: &bytes)
        return bytes
    }

    private static func append(
        payload: [UInt8],
        position: UInt64,
        index: Int,
        of count: Int,
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        let end = start + recordByteCount(payload: payload.count)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: UInt32(payload.count))
        bytes.append(littleEndian: position)
        bytes.append(littleEndian: UInt32(index))
        bytes.append(littleEndian: UInt32(count))
        bytes += payload
        while bytes.count < end { bytes.append(0) }
        let checksum = Checksum.crc32c(bytes.span.extracting((start + 4)...))
        for index in 0..<4 {
            bytes[start + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index))
        }
    }
}
