import JSON
import Model

/// What the index keeps of a record beside its terms.
struct IndexEntry: Sendable, Hashable {
    /// The size in a file of the index.
    static let byteCount = 24

    /// When it happened, in milliseconds since 1970.
    let occurredAt: Int64
    /// The random half of the id: two records that share it are told apart by reading them.
    let idTail: UInt64
    /// The first byte of its line in the segment.
    let offset: UInt32
    /// The line's length, without its end.
    let length: UInt32

    init(occurredAt: Int64, idTail: UInt64, offset: UInt32, length: UInt32) {
        self.occurredAt = occurredAt
        self.idTail = idTail
        self.offset = offset
        self.length = length
    }

    init(occurredAt: Timestamp?, id: String, at place: RecordPlace) {
        self.occurredAt = occurredAt?.milliseconds ?? 0
        idTail = Self.tail(of: id)
        offset = UInt32(clamping: place.offset)
        length = UInt32(clamping: place.length)
    }

    /// The last 16 hexadecimal digits of an id, as a number.
    static func tail(of id: String) -> UInt64 {
        id.utf8.suffix(17).filter { $0 != 0x2D }
            .reduce(0) { tail, byte in
                let digit = byte < 0x3A ? byte &- 0x30 : byte &- 0x57
                return tail << 4 | UInt64(digit & 0x0F)
            }
    }

    /// When a record was appended, in milliseconds since 1970: the first 48 bits of its id, a UUIDv7
    /// (RFC 9562 section 5.7); nil for what is no id.
    static func appendTime(of id: String) -> Int64? {
        let digits = id.utf8.filter { $0 != 0x2D }.prefix(12)
        guard digits.count == 12 else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
