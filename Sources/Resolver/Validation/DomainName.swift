/// A host name of the public DNS (RFC 1123): labels of letters, digits and hyphens.
enum DomainName {
    /// The longest name, in bytes.
    static let byteCountMax = 253
    /// The longest label, in bytes.
    static let labelByteCountMax = 63
    /// The rule in words, for errors.
    static let words =
        "labels of 1 to 63 letters, digits and inner hyphens, at least two of them, the last not"
        + " a number, 253 bytes in all"

    /// Whether the text is a domain: at least two labels, without scheme, port, path or end dot.
    static func isValid(_ text: String) -> Bool {
        guard text.utf8.count <= byteCountMax else { return false }
        let labels = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last else { return false }
        guard labels.allSatisfy({ isLabel($0) }) else { return false }
        return !last.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...labelByteCountMax).contains(label.count) else { return false }
        guard label.first != 0x2D, label.last != 0x2D else { return false }
        return label.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D }
    }

    /// Whether the byte is a letter or a digit of ASCII.
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
