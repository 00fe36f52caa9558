/// The character classes of HTTP and of URIs, each a set of ASCII bytes held in 128 bits.
///
/// A membership test is a shift and a mask: no table to load, no branch per range.
struct ByteClass {
    private let low: UInt64
    private let high: UInt64

    /// Whether the class has this byte; bytes from 0x80 up are in none.
    func contains(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        let word = byte < 0x40 ? low : high
        return word >> UInt64(byte & 0x3F) & 1 == 1
    }

    /// `tchar`, the bytes of methods and field names (RFC 9110 section 5.6.2).
    static var token: ByteClass { .init(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// `pchar`, "/" and "%", the bytes of a path (RFC 3986 section 3.3).
    static var path: ByteClass { .init(low: 0x2FFF_FFF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// The visible bytes of a query: all but the double quote, "#", "<" and ">".
    ///
    /// RFC 3986 section 3.4 has fewer, but browsers send the others unescaped, and refusing
    /// "[" or "|" would refuse real clients.
    static var query: ByteClass { .init(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }
    /// `unreserved`, `sub-delims` and "%": a registered name (RFC 3986 section 3.2.2).
    static var hostName: ByteClass {
        .init(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }
    /// The inside of an IP literal's brackets (RFC 3986 section 3.2.2).
    static var addressLiteral: ByteClass {
        .init(low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// `field-vchar`, space or tab (RFC 9110 section 5.5); above ASCII any byte is text.
    static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == ASCII.tab
    }

    /// The value of a hexadecimal digit, or nil.
    static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }
}

/// The bytes with a meaning of their own on the wire.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let percent: UInt8 = 0x25
    static let asterisk: UInt8 = 0x2A
    static let comma: UInt8 = 0x2C
    static let point: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let nine: UInt8 = 0x39
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let question: UInt8 = 0x3F
    static let openBracket: UInt8 = 0x5B
    static let closeBracket: UInt8 = 0x5D

    /// The byte in lower case, when it is a letter.
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
