/// An answer, before the server adds what belongs to the connection.
///
/// The server writes `Date`, `Content-Length`, `Transfer-Encoding` and `Connection` itself, and
/// drops them from `headers`, so that they can never contradict the bytes.
public struct HTTPResponse: Sendable {
    /// The status, 200 to 599.
    public var status: Int
    /// The header fields, in the order they are sent.
    public var headers: [HTTPField]
    /// The body.
    public var body: HTTPBody
    /// Whether the connection is closed after this answer.
    public var closesConnection: Bool
    /// The rendered first part of the head, for an answer that is sent many times.
    let prepared: PreparedHead?

    /// An answer from its parts.
    public init(
        status: Int,
        headers: [HTTPField] = [],
        body: HTTPBody = .none,
        closesConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.closesConnection = closesConnection
        self.prepared = nil
    }

    /// An answer whose head was rendered before; `headers` are the fields that vary.
    ///
    /// Costs one copy of the head and one of the body, both into the output buffer.
    public init(prepared: PreparedHead, headers: [HTTPField] = [], body: [UInt8]) {
        precondition(prepared.bodyByteCount == body.count, "the head was made for this body")
        self.status = prepared.status
        self.headers = headers
        self.body = .bytes(body)
        self.closesConnection = false
        self.prepared = prepared
    }
}

/// A status line and header fields, rendered once and sent many times.
public struct PreparedHead: Sendable {
    /// The status it was rendered with.
    public let status: Int
    /// The length of the body it was rendered for.
    public let bodyByteCount: Int
    /// The status line, the fields and Content-Length, each with its CRLF.
    let bytes: [UInt8]

    /// Renders the unvarying part of an answer's head.
    public init(status: Int, headers: [HTTPField], bodyByteCount: Int) {
        var bytes: [UInt8] = []
        ResponseWriter.appendStatusLine(status, to: &bytes)
        for field in headers where !ResponseWriter.isOwnedByServer(field.name) {
            ResponseWriter.append(field, to: &bytes)
        }
        if ResponseWriter.mayHaveBody(status) {
            ResponseWriter.appendContentLength(bodyByteCount, to: &bytes)
        } else if status == 205 {
            ResponseWriter.appendContentLength(0, to: &bytes)
        }
        self.status = status
        self.bodyByteCount = bodyByteCount
        self.bytes = bytes
    }
}
