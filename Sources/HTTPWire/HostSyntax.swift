/// The syntax of `uri-host [ ":" port ]`, as in the Host field (RFC 9110 section 7.2).
enum HostSyntax {
    /// The largest port.
    private static let portMax = 65_535

    /// Whether the bytes name a host; an empty one names none, and user information is refused.
    static func isValid(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        let end: Int
        if bytes[range.lowerBound] == ASCII.openBracket {
            var index = range.lowerBound + 1
            while index < range.upperBound, bytes[index] != ASCII.closeBracket { index += 1 }
            let literal = (range.lowerBound + 1)..<index
            guard index < range.upperBound, IPLiteral.isValid(bytes, in: literal) else {
                return false
            }
            end = index + 1
        } else {
            end = nameEnd(bytes, in: range)
            guard end > range.lowerBound else { return false }
        }
        guard end < range.upperBound else { return true }
        return bytes[end] == ASCII.colon && isPort(bytes, in: (end + 1)..<range.upperBound)
    }

    /// The end of a registered name, in which "%" must begin an escape.
    private static func nameEnd(_ bytes: Span<UInt8>, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.hostName.contains(bytes[index]) {
            if bytes[index] == ASCII.percent {
                guard index + 2 < range.upperBound, ByteClass.hexValue(bytes[index + 1]) != nil,
                    ByteClass.hexValue(bytes[index + 2]) != nil
                else { return index }
                index += 2
            }
            index += 1
        }
        return index
    }

    /// Digits up to 65535; RFC 3986 section 3.2.3 lets a port be empty.
    private static func isPort(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        var port = 0
        for index in range {
            guard (ASCII.zero...ASCII.nine).contains(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - ASCII.zero)
            guard port <= portMax else { return false }
        }
        return true
    }
}
