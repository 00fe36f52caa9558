/// The grammar of mailboxes (RFC 5321 section 4.1.2), ASCII alone.
enum EmailSyntax {
    /// Whether the whole text is `local@domain`.
    static func isAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let at = bytes.lastIndex(of: 0x40) else { return false }
        let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
        guard (1...64).contains(local.count) else { return false }
        return (isDotString(local) || isQuoted(local))
            && (SchemaFormat.isHostName(domain) || isLiteral(domain))
    }

    private static func isDotString(_ bytes: ArraySlice<UInt8>) -> Bool {
        let marks = Array("!#$%&'*+-/=?^_`{|}~".utf8)
        return bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
            .allSatisfy { atom in
                !atom.isEmpty
                    && atom.allSatisfy { IdentifierRule.isAlphanumeric($0) || marks.contains($0) }
            }
    }

    private static func isQuoted(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return false }
        var isEscaped = false
        for byte in bytes.dropFirst().dropLast() {
            guard (0x20...0x7E).contains(byte), isEscaped || byte != 0x22 else { return false }
            isEscaped = !isEscaped && byte == 0x5C
        }
        return !isEscaped
    }

    private static func isLiteral(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == 0x5B, bytes.last == 0x5D else { return false }
        let address = bytes.dropFirst().dropLast()
        let tag = "ipv6:"
        let start = String(decoding: address.prefix(tag.utf8.count), as: UTF8.self)
        guard start.lowercased() == tag else { return AddressSyntax.isIPv4(address) }
        return AddressSyntax.isIPv6(address.dropFirst(tag.utf8.count))
    }
}
