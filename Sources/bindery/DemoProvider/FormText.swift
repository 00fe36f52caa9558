/// Text as `application/x-www-form-urlencoded` and URLs write it.
enum FormText {
    /// The most pairs that are read; later ones are left out.
    static let pairCountMax = 1000

    /// The pairs of a query or a form; nil when an escape is broken or the bytes are not UTF-8.
    ///
    /// Of a name given twice the last one counts.
    static func pairs(_ text: some StringProtocol) -> [String: String]? {
        var pairs: [String: String] = [:]
        for pair in text.split(separator: "&").prefix(pairCountMax) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(parts[0], plusIsSpace: true),
                let value = decoded(parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else { return nil }
            pairs[name] = value
        }
        return pairs
    }

    /// The text without its percent escapes; nil when one is broken or the bytes are not UTF-8.
    static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
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
