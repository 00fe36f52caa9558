import Outbound

/// The header fields of a request; a name stands once, whatever its letters' case.
struct HeaderList {
    private(set) var headers: [OutboundHeader] = []

    /// Sets a field, in place of an earlier one of the same name.
    mutating func set(_ name: String, _ value: String, isSensitive: Bool = false) {
        headers.removeAll { $0.isNamed(name) }
        headers.append(OutboundHeader(name, value, isSensitive: isSensitive))
    }

    /// Whether the value may stand in a header: a line break would let its writer add headers, or
    /// whole requests (RFC 9110 section 5.5).
    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
