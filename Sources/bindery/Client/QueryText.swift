/// The query of a request, as it is written into a target.
struct QueryText {
    private var parts: [String] = []

    /// A query without parameters.
    init() {}

    /// Adds a parameter unless it has no value.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        parts.append("\(name)=\(Self.encoded(value))")
    }

    /// The text behind a path; empty without parameters.
    var text: String { parts.isEmpty ? "" : "?" + parts.joined(separator: "&") }

    /// The text with all but letters, digits and `-._~` as percent and two digits (RFC 3986).
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.append("%")
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }
}
