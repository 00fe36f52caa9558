/// Percent-encoding (RFC 3986 section 2.1).
enum PercentEncoding {
    /// What stays as it is.
    enum Context {
        /// One segment of a path, or a query's name or value: only what no reader takes for a
        /// delimiter.
        case component
        /// Segments of a path with the slashes between them.
        case segments
        /// A name or a value of `application/x-www-form-urlencoded` (WHATWG URL section 5.2).
        case form
        /// A path that a spec wrote: everything that may stand in one, delimiters and what is
        /// encoded already included.
        case literalPath
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String, _ context: Context) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isKept(byte, context) {
                bytes.append(byte)
            } else if byte == 0x20, context == .form {
                bytes.append(0x2B)
            } else {
                bytes += [0x25, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isKept(_ byte: UInt8, _ context: Context) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        case 0x7E: context != .form
        case 0x2A: context == .form || context == .literalPath
        case 0x2F: context == .segments || context == .literalPath
        default: context == .literalPath && "!$&'()+,;=:@/?%[]".utf8.contains(byte)
        }
    }
}
