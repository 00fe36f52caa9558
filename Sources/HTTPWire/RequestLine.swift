/// The first line of a request, checked: method, target and version (RFC 9112 section 3).
struct RequestLine {
    /// Nil for a method that is a token but not ours: refused at the end of the head, when the
    /// request's id is known.
    let method: HTTPMethod?
    let isHTTP11: Bool
    let target: RequestTarget

    /// Reads the line in `range`, which has no CRLF.
    init(_ bytes: Span<UInt8>, in range: Range<Int>, limits: HTTPLimits) throws(WireFault) {
        let methodEnd = try Self.methodEnd(bytes, in: range)
        let versionStart = try Self.versionStart(bytes, in: range)
        guard methodEnd < versionStart - 1 else { throw .bad("The request line lacks a part.") }
        if Self.isHTTP2Preface(bytes, in: range) {
            throw .bad("This port does not speak HTTP/2.")
        }
        isHTTP11 = try Self.version(bytes.extracting(versionStart..<range.upperBound))
        method = HTTPMethod(bytes.extracting(range.lowerBound..<methodEnd))
        let targetRange = ByteRange(methodEnd + 1, versionStart - 1)
        guard targetRange.count <= limits.targetByteCountMax else {
            throw WireFault(.targetTooLong, "The request target is too long.")
        }
        target = try RequestTarget(bytes, in: targetRange, method: method)
    }

    /// Why a line that does not end within its limit is refused: for what is too long in it.
    static func tooLong(_ bytes: Span<UInt8>, in range: Range<Int>) -> WireFault {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.token.contains(bytes[index]) { index += 1 }
        guard index < range.upperBound else {
            return WireFault(.methodNotImplemented, "The method is not implemented.")
        }
        guard bytes[index] == ASCII.space else { return .bad("The method is malformed.") }
        return WireFault(.targetTooLong, "The request target is too long.")
    }

    /// The end of the method: the first space, with only token bytes before it.
    private static func methodEnd(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(WireFault) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.token.contains(bytes[index]) { index += 1 }
        guard index > range.lowerBound, index < range.upperBound, bytes[index] == ASCII.space
        else { throw .bad("The method is malformed.") }
        return index
    }

    /// The start of the version: after the last space.
    ///
    /// A target with a space inside fails its own check afterwards.
    private static func versionStart(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(WireFault) -> Int {
        var index = range.upperBound
        while index > range.lowerBound, bytes[index - 1] != ASCII.space { index -= 1 }
        guard index > range.lowerBound else { throw .bad("The request line lacks a part.") }
        return index
    }

    /// Whether the version is 1.1; refuses any but 1.0 and 1.1.
    private static func version(_ bytes: Span<UInt8>) throws(WireFault) -> Bool {
        // "HTTP/" 0x30...0x39 "." 0x30...0x39 is the whole grammar, and it is case-sensitive.
        guard bytes.count == 8, spells("HTTP/", bytes, at: 0), bytes[6] == 0x2E,
            isDigit(bytes[5]), isDigit(bytes[7])
        else { throw .bad("The version is malformed.") }
        guard bytes[5] == 0x31, bytes[7] <= 0x31 else {
            throw WireFault(.versionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are supported.")
        }
        return bytes[7] == 0x31
    }

    /// RFC 9113 section 3.4: what a client sends that takes us for an HTTP/2 server.
    private static func isHTTP2Preface(_ bytes: Span<UInt8>, in range: Range<Int>) -> Bool {
        range.count == 14 && spells("PRI * HTTP/2.0", bytes, at: range.lowerBound)
    }

    private static func spells(_ text: String, _ bytes: Span<UInt8>, at start: Int) -> Bool {
        var index = start
        for byte in text.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (ASCII.zero...ASCII.nine).contains(byte) }
}
