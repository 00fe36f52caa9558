/// The grammar of IP addresses as text.
enum AddressSyntax {
    /// Whether the text is four numbers of 0 to 255 without leading zeros.
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy(isOctet)
    }

    private static func isOctet(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...3).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        guard bytes.count == 1 || bytes.first != 0x30 else { return false }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
    }

    /// Whether the text is an IPv6 address (RFC 4291 section 2.2), the last two groups written as
    /// IPv4 or not, without a zone.
    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let gap = firstGap(bytes) else { return groupCount(bytes) == 8 }
        let (head, tail) = (bytes[..<gap], bytes[(gap + 2)...])
        guard let before = head.isEmpty ? 0 : groupCount(head, mayEndInIPv4: false),
            let after = tail.isEmpty ? 0 : groupCount(tail)
        else { return false }
        return before + after <= 7
    }

    /// Where the first `::` starts.
    private static func firstGap(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.dropLast().first { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x3A }
    }

    /// The number of groups of 16 bits, or nil when the text is not made of them.
    private static func groupCount(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool = true) -> Int? {
        let parts = bytes.split(separator: 0x3A, omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if (1...4).contains(part.count), part.allSatisfy(SchemaFormat.isHexadecimal) {
                count += 1
            } else if mayEndInIPv4, index == parts.count - 1, isIPv4(part) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }
}
