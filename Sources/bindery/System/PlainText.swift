/// Text from outside, made fit for a terminal.
enum PlainText {
    /// The text without what a terminal would obey: controls, and marks that turn its direction.
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var plain = ""
        for scalar in text.unicodeScalars {
            if isObeyed(scalar) {
                plain += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x2028,
            0x2029:
            true
        default: false
        }
    }
}
