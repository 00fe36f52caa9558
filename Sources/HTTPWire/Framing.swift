/// What the header fields say about the message itself: its host, its length, its connection.
///
/// Every ambiguity about a body's length is refused, because two servers that read one message
/// differently are how requests are smuggled (RFC 9112 section 11.2).
struct Framing {
    /// How the body is delimited.
    enum BodyLength: Hashable {
        case fixed(Int)
        case chunked
    }
    /// What the transfer codings read so far amount to.
    private enum Coding { case none, chunked, unknown, unknownThenChunked, misplaced }

    private var contentLength: Int?
    private var coding = Coding.none
    private var host: ByteRange?
    private var isHostValid = true
    private var hasUnknownExpectation = false
    private var closes = false
    private var asksToKeepAlive = false
    /// Whether the client waits for `100 Continue` before it sends the body.
    private(set) var expectsContinue = false

    /// Takes note of a field; most names are dismissed by their length.
    mutating func note(_ field: FieldRange, in bytes: Span<UInt8>) throws(WireFault) {
        switch field.name.count {
        case 4 where bytes.spells("host", at: field.name):
            isHostValid = host == nil && HostSyntax.isValid(bytes, in: field.value.indices)
            host = field.value
        case 6 where bytes.spells("expect", at: field.name):
            expectsContinue = bytes.spells("100-continue", at: field.value)
            hasUnknownExpectation = hasUnknownExpectation || !expectsContinue
        case 10 where bytes.spells("connection", at: field.name):
            noteConnection(field.value, in: bytes)
        case 14 where bytes.spells("content-length", at: field.name):
            guard contentLength == nil else { throw .bad("Content-Length stands twice.") }
            contentLength = try Self.length(bytes, in: field.value.indices)
        case 17 where bytes.spells("transfer-encoding", at: field.name):
            noteCodings(field.value, in: bytes)
        default: break
        }
    }

    /// Judges the whole head: malformed first, then what is well-formed but not done here.
    func bodyLength(
        for line: RequestLine,
        in bytes: Span<UInt8>,
        limits: HTTPLimits
    ) throws(WireFault) -> BodyLength {
        try checkHost(of: line, in: bytes)
        if coding != .none {
            guard line.isHTTP11 else { throw .bad("HTTP/1.0 has no Transfer-Encoding.") }
            guard contentLength == nil else {
                throw .bad("Content-Length and Transfer-Encoding exclude each other.")
            }
            guard coding == .chunked || coding == .unknownThenChunked else {
                throw .bad("The last transfer coding must be chunked, once.")
            }
        }
        guard line.method != nil else {
            throw WireFault(.methodNotImplemented, "The method is not implemented.")
        }
        guard coding != .unknownThenChunked else {
            throw WireFault(.codingNotImplemented, "Only the chunked transfer coding is known.")
        }
        guard !hasUnknownExpectation || !line.isHTTP11 else {
            throw WireFault(.expectationFailed, "Only the expectation 100-continue is known.")
        }
        guard contentLength ?? 0 <= limits.bodyByteCountMax else { throw Self.bodyTooLarge(limits) }
        return coding == .chunked ? .chunked : .fixed(contentLength ?? 0)
    }

    /// One valid Host, which HTTP/1.0 may leave out, and which an absolute form must repeat:
    /// a proxy in front would have routed by the one, and what is behind us by the other.
    private func checkHost(of line: RequestLine, in bytes: Span<UInt8>) throws(WireFault) {
        guard isHostValid, host != nil || !line.isHTTP11 else {
            throw .bad("One valid Host field is needed.")
        }
        guard let host, let authority = line.target.authority else { return }
        guard bytes.spellAlike(host, authority) else {
            throw .bad("The request target and Host disagree.")
        }
    }

    /// Whether the connection may serve another request afterwards (RFC 9112 section 9.3).
    func keepsAlive(isHTTP11: Bool) -> Bool { !closes && (isHTTP11 || asksToKeepAlive) }

    static func bodyTooLarge(_ limits: HTTPLimits) -> WireFault {
        WireFault(.bodyTooLarge, "The body is larger than \(limits.bodyByteCountMax) bytes.")
    }

    /// Digits only; a length beyond any integer becomes the largest one, and then is too large.
    private static func length(_ bytes: Span<UInt8>, in range: Range<Int>) throws(WireFault) -> Int
    {
        guard !range.isEmpty else { throw .bad("Content-Length is empty.") }
        var length = 0
        for index in range {
            guard (ASCII.zero...ASCII.nine).contains(bytes[index]) else {
                throw .bad("Content-Length is not a number.")
            }
            let (scaled, overflows) = length.multipliedReportingOverflow(by: 10)
            let (sum, carries) = scaled.addingReportingOverflow(Int(bytes[index] - ASCII.zero))
            length = overflows || carries ? Int.max : sum
        }
        return length
    }

    private mutating func noteConnection(_ value: ByteRange, in bytes: Span<UInt8>) {
        Self.forEachElement(of: value, in: bytes) { element in
            closes = closes || bytes.spells("close", at: element)
            asksToKeepAlive = asksToKeepAlive || bytes.spells("keep-alive", at: element)
        }
    }

    /// `chunked` must be the last coding and stand once; several fields make one list.
    private mutating func noteCodings(_ value: ByteRange, in bytes: Span<UInt8>) {
        Self.forEachElement(of: value, in: bytes) { element in
            let isChunked = bytes.spells("chunked", at: element)
            switch coding {
            case .none where !element.isEmpty: coding = isChunked ? .chunked : .unknown
            case .unknown where !element.isEmpty:
                coding = isChunked ? .unknownThenChunked : .unknown
            default: coding = .misplaced
            }
        }
    }

    private static func forEachElement(
        of value: ByteRange,
        in bytes: Span<UInt8>,
        _ body: (ByteRange) -> Void
    ) {
        var start = Int(value.start)
        for index in value.indices where bytes[index] == ASCII.comma {
            body(bytes.trimmed(ByteRange(start, index)))
            start = index + 1
        }
        body(bytes.trimmed(ByteRange(start, Int(value.end))))
    }
}
