/// The grammar of absolute URIs (RFC 3986 section 3), ASCII alone.
enum URISyntax {
    /// Whether the whole text is a URI with a scheme.
    static func isURI(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let colon = bytes.firstIndex(of: 0x3A), isScheme(bytes[..<colon]) else {
            return false
        }
        var rest = bytes[(colon + 1)...]
        if let hash = rest.firstIndex(of: 0x23) {
            guard consists(rest[(hash + 1)...], of: "/?:@") else { return false }
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: 0x3F) {
            guard consists(rest[(mark + 1)...], of: "/?:@") else { return false }
            rest = rest[..<mark]
        }
        if rest.starts(with: [0x2F, 0x2F]) {
            let path = rest.dropFirst(2).firstIndex(of: 0x2F) ?? rest.endIndex
            guard isAuthority(rest.dropFirst(2).prefix(upTo: path)) else { return false }
            rest = rest[path...]
        }
        return consists(rest, of: "/:@")
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy {
            IdentifierRule.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
        }
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
        var host = bytes
        if let at = bytes.lastIndex(of: 0x40) {
            guard consists(bytes[..<at], of: ":") else { return false }
            host = bytes[(at + 1)...]
        }
        if host.first == 0x5B {
            guard let end = host.firstIndex(of: 0x5D) else { return false }
            let literal = host[(host.startIndex + 1)..<end]
            guard AddressSyntax.isIPv6(literal) || isFutureAddress(literal) else { return false }
            let port = host[(end + 1)...]
            return port.isEmpty || (port.first == 0x3A && port.dropFirst().allSatisfy(isDigit))
        }
        let colon = host.firstIndex(of: 0x3A) ?? host.endIndex
        return consists(host[..<colon], of: "") && host[colon...].dropFirst().allSatisfy(isDigit)
    }

    /// `IPvFuture` of RFC 3986 section 3.2.2.
    private static func isFutureAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == 0x76 || bytes.first == 0x56, let dot = bytes.firstIndex(of: 0x2E)
        else {
            return false
        }
        let (version, address) = (bytes[..<dot].dropFirst(), bytes[(dot + 1)...])
        return !version.isEmpty && version.allSatisfy(SchemaFormat.isHexadecimal)
            && !address.isEmpty && !address.contains(0x25) && consists(address, of: ":")
    }

    /// Whether the text has unreserved characters, sub-delimiters, percent-encoded bytes and those
    /// of `others` alone.
    private static func consists(_ bytes: ArraySlice<UInt8>, of others: String) -> Bool {
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == 0x25 {
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(SchemaFormat.isHexadecimal) else {
                    return false
                }
                rest = rest.dropFirst(2)
            } else if !isUnreservedOrDelimiter(byte), !others.utf8.contains(byte) {
                return false
            }
        }
        return true
    }

    private static func isUnreservedOrDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E: true
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true
        default: IdentifierRule.isAlphanumeric(byte)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        IdentifierRule.isAlphanumeric(byte) && !isDigit(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
