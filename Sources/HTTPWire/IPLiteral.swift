/// What stands in the brackets of a host (RFC 3986 section 3.2.2).
enum IPLiteral {
    private static let groupCount = 8

    /// Whether the bytes are an IPv6 address or an address of a future version.
    static func isValid(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        let isFuture = ASCII.lowercased(bytes[range.lowerBound]) == 0x76
        return isFuture ? isFutureAddress(bytes, in: range) : isIPv6Address(bytes, in: range)
    }

    /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`.
    private static func isFutureAddress(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        var index = range.lowerBound + 1
        let versionStart = index
        while index < range.upperBound, ByteClass.hexValue(bytes[index]) != nil { index += 1 }
        guard index > versionStart, index + 1 < range.upperBound, bytes[index] == ASCII.point
        else { return false }
        for index in (index + 1)..<range.upperBound {
            guard ByteClass.addressLiteral.contains(bytes[index]) else { return false }
        }
        return true
    }

    /// Eight groups, of which "::" stands for one or more, and of which the last two may be an
    /// IPv4 address.
    private static func isIPv6Address(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        var index = range.lowerBound
        var groups = 0
        var isShortened = false
        if bytes[index] == ASCII.colon {
            guard range.count > 1, bytes[index + 1] == ASCII.colon else { return false }
            isShortened = true
            index += 2
        }
        while index < range.upperBound {
            let end = groupEnd(bytes, in: index..<range.upperBound)
            if end < range.upperBound, bytes[end] == ASCII.point {
                guard isIPv4Address(bytes, in: index..<range.upperBound) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(end - index) else { return false }
            groups += 1
            guard end < range.upperBound else { break }
            guard bytes[end] == ASCII.colon, end + 1 < range.upperBound else { return false }
            index = end + 1
            guard bytes[index] == ASCII.colon else { continue }
            guard !isShortened else { return false }
            isShortened = true
            index += 1
        }
        return isShortened ? groups < groupCount : groups == groupCount
    }

    private static func groupEnd(_ bytes: Span<UInt8>, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.hexValue(bytes[index]) != nil { index += 1 }
        return index
    }

    /// Four numbers up to 255, without leading zeros.
    private static func isIPv4Address(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        var index = range.lowerBound
        for position in 0..<4 {
            if position > 0 {
                guard index < range.upperBound, bytes[index] == ASCII.point else { return false }
                index += 1
            }
            let start = index
            var number = 0
            while index < range.upperBound, (ASCII.zero...ASCII.nine).contains(bytes[index]) {
                number = number * 10 + Int(bytes[index] - ASCII.zero)
                guard number <= 255 else { return false }
                index += 1
            }
            guard index > start, index == start + 1 || bytes[start] != ASCII.zero else {
                return false
            }
        }
        return index == range.upperBound
    }
}
