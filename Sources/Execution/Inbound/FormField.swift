import Platform

/// A field of a form, as bytes (URL Standard, section 5.1).
struct FormField: Hashable {
    let name: [UInt8]
    let value: [UInt8]

    /// Reads a form; an escape that is broken stands for itself.
    ///
    /// - Throws: `malformedForm` when it has more than `countMax` fields.
    static func read(_ bytes: [UInt8], countMax: Int) throws(WebhookDefect) -> [FormField] {
        let parts = bytes.split(separator: UInt8(ascii: "&"), maxSplits: countMax)
        guard parts.count <= countMax else { throw .malformedForm }
        return parts.map { part in
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            return FormField(
                name: decode(part[..<equals]),
                value: decode(part[equals...].dropFirst())
            )
        }
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                decoded.append(0x20)
            } else if byte == UInt8(ascii: "%"), let escaped = escaped(rest.prefix(2)) {
                decoded.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func escaped(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2 else { return nil }
        return Hex.decode(String(decoding: digits, as: UTF8.self))?.first
    }
}
