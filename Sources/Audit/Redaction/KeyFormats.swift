import Model

/// Takes out what `SecretScan` recognizes: the keys of well-known providers, and PEM blocks.
enum KeyFormats {
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    /// The bytes with `AuditRedaction.mark` for each key; nil when there is none.
    static func redacting(_ bytes: [UInt8]) -> [UInt8]? {
        guard SecretScan.looksLikeSecret(String(decoding: bytes, as: UTF8.self)) else { return nil }
        return withoutWords(withoutBlocks(bytes))
    }

    /// A PEM block goes whole; one without an end goes with everything after it.
    private static func withoutBlocks(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes[...]
        while let start = rest.firstRange(of: begin) {
            output += rest[..<start.lowerBound]
            output += Array(AuditRedaction.mark.utf8)
            let inside = rest[start.upperBound...]
            guard let last = inside.firstRange(of: end),
                let close = inside[last.upperBound...].firstRange(of: dashes)
            else { return output }
            rest = rest[close.upperBound...]
        }
        return output + rest
    }

    /// A key is a part of a word of the keys' alphabet; the whole word goes.
    private static func withoutWords(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard isWordByte(bytes[index]) else {
                output.append(bytes[index])
                index += 1
                continue
            }
            let word = bytes[index...].prefix(while: isWordByte)
            let isKey = SecretScan.looksLikeSecret(String(decoding: word, as: UTF8.self))
            output += isKey ? Array(AuditRedaction.mark.utf8)[...] : word
            index = word.endIndex
        }
        return output
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
