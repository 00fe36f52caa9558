import Synchronization

/// Identifiers that sort by the time of their making (RFC 9562 section 5.7).
public enum UUIDv7 {
    /// What the making of identifiers remembers.
    private struct Source {
        var sequence = UUIDv7Sequence()
        var random = RandomBlock()
    }

    private static let source = Mutex(Source())

    /// A new identifier as text: 36 characters, lowercase.
    ///
    /// Every identifier made by this process sorts after those made before it, within a
    /// millisecond and after the clock was set back too.
    ///
    /// - Parameter now: Milliseconds since 1970-01-01T00:00:00Z, as `WallClock` tells them.
    /// - Returns: The text, such as `01943f2c-7a3b-7c51-9d0e-5b8f6f2a1c44`.
    public static func make(now: Int64) -> String {
        let value = source.withLock { source in
            let random = (source.random.next(), source.random.next())
            return source.sequence.next(now: now, random: random)
        }
        return text(value)
    }

    /// The text of a value, given as its two halves.
    static func text(_ value: (high: UInt64, low: UInt64)) -> String {
        unsafe String(unsafeUninitializedCapacity: characterCount) { buffer in
            var digitIndex: UInt64 = 0
            for index in 0..<characterCount {
                if isHyphen(index) {
                    unsafe buffer[index] = UInt8(ascii: "-")
                    continue
                }
                let half = digitIndex < 16 ? value.high : value.low
                let digit = half >> (60 - 4 * (digitIndex % 16)) & 15
                unsafe buffer[index] = Hex.digit(UInt8(truncatingIfNeeded: digit))
                digitIndex += 1
            }
            return characterCount
        }
    }

    /// The length of an identifier's text.
    private static let characterCount = 36

    /// Whether a hyphen stands here: after 8, 4, 4 and 4 digits.
    private static func isHyphen(_ index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}

/// The order of identifiers: a millisecond, and a counter of 12 bits within it.
///
/// The counter begins at a random value with its highest bit clear (RFC 9562 section 6.2, method 1)
/// so that 2048 identifiers fit in every millisecond; when it is full, the next millisecond is
/// borrowed. The remaining 62 bits are random.
struct UUIDv7Sequence {
    private static let counterMax: UInt64 = 0x0FFF
    private static let millisecondMax: Int64 = (1 << 48) - 1
    private var millisecond: Int64 = -1
    private var counter: UInt64 = 0

    /// The two halves of the next identifier, from two random numbers.
    mutating func next(
        now: Int64,
        random: (UInt64, UInt64)
    ) -> (high: UInt64, low: UInt64) {
        let start = random.0 & (Self.counterMax >> 1)
        if now > millisecond {
            (millisecond, counter) = (min(now, Self.millisecondMax), start)
        } else if counter < Self.counterMax {
            counter += 1
        } else {
            (millisecond, counter) = (millisecond + 1, start)
        }
        let version: UInt64 = 7
        let variant: UInt64 = 0b10
        return (
            high: UInt64(bitPattern: millisecond) << 16 | version << 12 | counter,
            low: variant << 62 | random.1 >> 2
        )
    }
}
