import Synchronization

/// Identifiers that sort by the time of their making (RFC 9562 section 5.7).
public enum UUIDv7 {
    private static let sequence = Mutex(UUIDv7Sequence())

    /// A new identifier as text: 36 characters, lowercase.
    ///
    /// Every identifier made by this process sorts after those made before it, within a
    /// millisecond and after the clock was set back too.
    ///
    /// - Parameter now: Milliseconds since 1970-01-01T00:00:00Z, as `WallClock` tells them.
    /// - Returns: The text, such as `01943f2c-7a3b-7c51-9d0e-5b8f6f2a1c44`.
    public static func make(now: Int64) -> String {
        let random = Random.bytes(count: 10)
        return text(sequence.withLock { $0.next(now: now, random: random) })
    }

    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array(Hex.encode(bytes).utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for group in [0..<8, 8..<12, 12..<16, 16..<20, 20..<32] {
            if !text.isEmpty { text.append(UInt8(ascii: "-")) }
            text += digits[group]
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The order of identifiers: a millisecond, and a counter of 12 bits within it.
///
/// The counter begins at a random value with its highest bit clear (RFC 9562 section 6.2, method 1)
/// so that 2048 identifiers fit in every millisecond; when it is full, the next millisecond is
/// borrowed. The remaining 62 bits are random.
struct UUIDv7Sequence {
    private static let counterMax: UInt16 = 0x0FFF
    private static let millisecondMax: Int64 = (1 << 48) - 1
    private var millisecond: Int64 = -1
    private var counter: UInt16 = 0

    /// The 16 bytes of the next identifier, from 10 random bytes.
    mutating func next(now: Int64, random: [UInt8]) -> [UInt8] {
        precondition(random.count == 10, "an identifier takes 10 random bytes")
        let start = (UInt16(random[0]) << 8 | UInt16(random[1])) & (Self.counterMax >> 1)
        if now > millisecond {
            (millisecond, counter) = (min(now, Self.millisecondMax), start)
        } else if counter < Self.counterMax {
            counter += 1
        } else {
            (millisecond, counter) = (millisecond + 1, start)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for shift in stride(from: Int64(40), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: millisecond >> shift))
        }
        bytes.append(0x70 | UInt8(counter >> 8))
        bytes.append(UInt8(truncatingIfNeeded: counter))
        bytes.append(0x80 | random[2] & 0x3F)
        bytes += random[3...]
        return bytes
    }
}
