/// Writes answers as bytes (RFC 9112 sections 4 to 7).
public enum ResponseWriter {
    /// What the connection adds to an answer.
    public struct Context: Sendable {
        /// Whether the request was HTTP/1.1.
        public var isHTTP11: Bool
        /// Whether the request was HEAD, whose answer has no body.
        public var isHead: Bool
        /// Whether the connection is closed afterwards.
        public var closes: Bool

        /// Says what the request was, and whether its connection is closed afterwards.
        public init(isHTTP11: Bool, isHead: Bool, closes: Bool) {
            self.isHTTP11 = isHTTP11
            self.isHead = isHead
            self.closes = closes
        }
    }

    /// The interim answer to a request that waits before it sends its body.
    public static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends the head: status line, fields, Date, length and connection, and the blank line.
    ///
    /// `date` is the whole `Date` line with its CRLF, from `HTTPDate.fieldLine`.
    public static func appendHead(
        of response: HTTPResponse,
        for context: Context,
        date: [UInt8],
        to output: inout [UInt8]
    ) {
        if let prepared = response.prepared {
            output.append(contentsOf: prepared.bytes)
        } else {
            appendStatusLine(response.status, to: &output)
            appendFraming(of: response, for: context, to: &output)
        }
        for field in response.headers where !isOwnedByServer(field.name) {
            append(field, to: &output)
        }
        output.append(contentsOf: date)
        if context.closes {
            output.append(contentsOf: "Connection: close\r\n".utf8)
        } else if !context.isHTTP11 {
            output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        appendLineEnd(to: &output)
    }

    /// Appends one chunk of a streamed body; `bytes` is not empty, which would mean the end.
    public static func appendChunk(_ bytes: [UInt8], to output: inout [UInt8]) {
        precondition(!bytes.isEmpty, "an empty chunk ends the body")
        output.append(contentsOf: String(bytes.count, radix: 16).utf8)
        appendLineEnd(to: &output)
        output.append(contentsOf: bytes)
        appendLineEnd(to: &output)
    }

    /// Appends the last chunk, without trailers.
    public static func appendLastChunk(to output: inout [UInt8]) {
        output.append(contentsOf: "0\r\n\r\n".utf8)
    }

    /// Whether an answer of this status may have a body (RFC 9110 sections 6.4.1 and 15.3.6).
    public static func mayHaveBody(_ status: Int) -> Bool {
        status >= 200 && status != 204 && status != 205 && status != 304
    }

    static func appendStatusLine(_ status: Int, to output: inout [UInt8]) {
        precondition((200...599).contains(status), "an answer has a final status")
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        append(status, to: &output)
        output.append(ASCII.space)
        output.append(contentsOf: ReasonPhrase.of(status).utf8)
        appendLineEnd(to: &output)
    }

    /// A control byte in the value becomes a space; see `HTTPField`.
    static func append(_ field: HTTPField, to output: inout [UInt8]) {
        output.append(contentsOf: field.name.utf8)
        output.append(ASCII.colon)
        output.append(ASCII.space)
        let start = output.count
        output.append(contentsOf: field.value.utf8)
        for index in start..<output.count where !ByteClass.isFieldValue(output[index]) {
            output[index] = ASCII.space
        }
        appendLineEnd(to: &output)
    }

    static func appendContentLength(_ byteCount: Int, to output: inout [UInt8]) {
        output.append(contentsOf: "Content-Length: ".utf8)
        append(byteCount, to: &output)
        appendLineEnd(to: &output)
    }

    private static func appendFraming(
        of response: HTTPResponse,
        for context: Context,
        to output: inout [UInt8]
    ) {
        guard mayHaveBody(response.status) else {
            // A 205 says that it is empty; its length is not implied as that of a 204 is.
            if response.status == 205 { appendContentLength(0, to: &output) }
            return
        }
        switch response.body {
        case .none: appendContentLength(0, to: &output)
        case .bytes(let bytes): appendContentLength(bytes.count, to: &output)
        case .stream where context.isHTTP11:
            output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
        case .stream: break
        }
    }

    private static func appendLineEnd(to output: inout [UInt8]) {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// Appends a number that is not negative, in decimal digits.
    private static func append(_ number: Int, to output: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            output.append(ASCII.zero + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    /// Whether only the server may write this field; most names are dismissed by their length.
    static func isOwnedByServer(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: name.lowercased() == "date"
        case 10: name.lowercased() == "connection"
        case 14: name.lowercased() == "content-length"
        case 17: name.lowercased() == "transfer-encoding"
        default: false
        }
    }
}
