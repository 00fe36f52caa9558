/// Finds and checks the lines of a request's head, over bytes that may still be growing.
///
/// Every rule is applied at a fixed byte of the message (its first byte, a line's end, a limit),
/// never at the end of what happens to have arrived: so any split of the same bytes gives the
/// same result. Offsets are from the first byte handed to `scan`, which must stay the same.
struct HeadScanner {
    /// Where the request line starts, after tolerated blank lines.
    private(set) var start = 0
    /// The request line, once it is read.
    private(set) var line: RequestLine?
    /// The header fields read so far.
    private(set) var fields: [FieldRange] = []
    /// What the fields say about the message.
    private(set) var framing = Framing()
    private var lineStart = 0
    private var cursor = 0
    private var headersStart = 0
    private var blankLineCount = 0

    /// Room for the fields of a usual request, so that reading them allocates once.
    private static let fieldCountUsual = 16

    /// The end of the head when it is whole: the first byte of the body.
    var end: Int { cursor }

    /// Whether only blank lines were read, which belong to no message; forgets them but for
    /// their number, so that the next bytes may stand at offset 0 again.
    mutating func isBetweenMessages(byteCount: Int) -> Bool {
        guard line == nil, lineStart == byteCount else { return false }
        lineStart = 0
        cursor = 0
        return true
    }

    /// Reads on; answers whether the head is whole.
    mutating func scan(_ bytes: Span<UInt8>, limits: HTTPLimits) throws(WireFault) -> Bool {
        while let lineEnd = try nextLineEnd(bytes, limits: limits) {
            let range = lineStart..<(lineEnd - 1)
            lineStart = lineEnd + 1
            if line == nil {
                try readFirstLine(bytes, in: range, limits: limits)
            } else if range.isEmpty {
                return true
            } else {
                try readField(bytes, in: range, limits: limits)
            }
        }
        return false
    }

    /// The index of the LF that ends the line at `lineStart`, or nil when it has not arrived.
    private mutating func nextLineEnd(
        _ bytes: Span<UInt8>,
        limits: HTTPLimits
    ) throws(WireFault) -> Int? {
        try checkFirstByte(bytes)
        let ceiling = ceiling(limits)
        let searchEnd = min(bytes.count, ceiling)
        while cursor < searchEnd, bytes[cursor] != ASCII.lineFeed { cursor += 1 }
        guard cursor < searchEnd else {
            guard bytes.count >= ceiling else { return nil }
            guard line == nil else {
                throw WireFault(.headersTooLarge, "The header block is too large.")
            }
            throw RequestLine.tooLong(bytes, in: lineStart..<ceiling)
        }
        let lineEnd = cursor
        guard lineEnd > lineStart, bytes[lineEnd - 1] == ASCII.carriageReturn else {
            throw .bad("A line must end with CR LF.")
        }
        cursor += 1
        return lineEnd
    }

    /// The offset at which the line being read must have ended.
    private func ceiling(_ limits: HTTPLimits) -> Int {
        line == nil
            ? lineStart + limits.requestLineByteCountMax
            : headersStart + limits.headerByteCountMax
    }

    /// Refuses at once what cannot become a request, a TLS handshake for one: it has no line end
    /// and would hold its connection until the deadline.
    private func checkFirstByte(_ bytes: Span<UInt8>) throws(WireFault) {
        guard line == nil, lineStart < bytes.count else { return }
        let first = bytes[lineStart]
        guard ByteClass.token.contains(first) || first == ASCII.carriageReturn else {
            throw .bad("The bytes are not an HTTP request.")
        }
    }

    private mutating func readFirstLine(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        limits: HTTPLimits
    ) throws(WireFault) {
        guard !range.isEmpty else {
            blankLineCount += 1
            guard blankLineCount <= HTTPLimits.leadingBlankLineCountMax else {
                throw .bad("Too many blank lines stand before the request.")
            }
            return
        }
        line = try RequestLine(bytes, in: range, limits: limits)
        start = range.lowerBound
        headersStart = lineStart
        fields.reserveCapacity(Self.fieldCountUsual)
    }

    private mutating func readField(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        limits: HTTPLimits
    ) throws(WireFault) {
        guard fields.count < limits.fieldCountMax else {
            throw WireFault(.headersTooLarge, "There are too many header fields.")
        }
        let field = try FieldLine.read(bytes, in: range)
        fields.append(field)
        try framing.note(field, in: bytes)
    }
}
