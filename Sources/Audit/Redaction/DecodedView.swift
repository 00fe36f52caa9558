/// A text as its reader decodes it, with the way back to the bytes as they stand.
struct DecodedView {
    /// The decoded bytes.
    private(set) var bytes: [UInt8] = []
    /// Where each decoded byte begins in the source, and the source's end.
    private var origins: [Int] = []

    /// Percent-decoded (RFC 3986 section 2.1); nil when nothing is encoded.
    ///
    /// A `+` stays: a key has no spaces that a form could have written so.
    init?(percent source: [UInt8]) {
        self.init(source, mark: 0x25) { index in
            guard index + 2 < source.count, let high = Self.digit(source[index + 1]),
                let low = Self.digit(source[index + 2])
            else { return nil }
            return (high << 4 | low, 3)
        }
    }

    /// Without the escapes of JSON strings for ASCII characters; nil when nothing is escaped.
    init?(escapes source: [UInt8]) {
        self.init(source, mark: 0x5C) { index in
            guard index + 1 < source.count else { return nil }
            switch source[index + 1] {
            case 0x22, 0x2F, 0x5C: return (source[index + 1], 2)
            case 0x6E: return (0x0A, 2)
            case 0x72: return (0x0D, 2)
            case 0x74: return (0x09, 2)
            case 0x75: return Self.unicodeEscape(source, at: index)
            default: return nil
            }
        }
    }

    private init?(
        _ source: [UInt8],
        mark: UInt8,
        decode: (Int) -> (byte: UInt8, length: Int)?
    ) {
        guard source.contains(mark) else { return nil }
        bytes.reserveCapacity(source.count)
        origins.reserveCapacity(source.count + 1)
        var index = 0
        while index < source.count {
            origins.append(index)
            let decoded = source[index] == mark ? decode(index) : nil
            bytes.append(decoded?.byte ?? source[index])
            index += decoded?.length ?? 1
        }
        origins.append(source.count)
    }

    /// The bytes of the source that the range stands for.
    func source(_ range: Range<Int>) -> Range<Int> {
        origins[range.lowerBound]..<origins[range.upperBound]
    }

    private static func unicodeEscape(_ source: [UInt8], at index: Int) -> (UInt8, Int)? {
        guard index + 5 < source.count, source[index + 2] == 0x30, source[index + 3] == 0x30,
            let high = digit(source[index + 4]), high < 8, let low = digit(source[index + 5])
        else { return nil }
        return (high << 4 | low, 6)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
