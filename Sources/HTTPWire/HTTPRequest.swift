/// One whole request: owned, immutable, and free to cross threads.
///
/// The head is one array of bytes with the ranges of its fields, so that reading a request costs
/// two allocations, three with a body. Text is decoded only when asked for.
public struct HTTPRequest: Sendable {
    /// The method.
    public let method: HTTPMethod
    /// Whether the client speaks HTTP/1.1, else 1.0.
    public let isHTTP11: Bool
    /// Whether the client lets the connection serve another request.
    public let keepsAlive: Bool
    /// The body, decoded from chunks; empty without one.
    public internal(set) var body: [UInt8]
    /// The client's address without its port, as text.
    public let peerAddress: String
    /// The certificate by which the client proved who it is; nil when it showed none.
    public var clientCertificate: ClientCertificate?
    /// Whether it came over TLS.
    public var isSecure = false

    let head: [UInt8]
    let fields: [FieldRange]
    private let pathRange: ByteRange
    private let queryRange: ByteRange?

    /// Wraps a checked head; ranges are offsets into `head`.
    init(
        method: HTTPMethod,
        line: RequestLine,
        keepsAlive: Bool,
        head: [UInt8],
        fields: [FieldRange],
        peerAddress: String
    ) {
        self.method = method
        self.isHTTP11 = line.isHTTP11
        self.keepsAlive = keepsAlive
        self.body = []
        self.peerAddress = peerAddress
        self.head = head
        self.fields = fields
        self.pathRange = line.target.path
        self.queryRange = line.target.query
    }

    /// The path as sent, still percent-encoded, without the query; `*` for `OPTIONS *`.
    public var path: String {
        pathRange.isEmpty ? "/" : text(pathRange)
    }

    /// The bytes of `path`, without making a string; empty means "/".
    public var pathBytes: ArraySlice<UInt8> { head[pathRange.indices] }

    /// What follows "?", still percent-encoded; nil without a "?".
    public var query: String? {
        guard let queryRange else { return nil }
        return text(queryRange)
    }

    /// The value of a field, named in lower case; several of one name are joined by ", ".
    ///
    /// - Complexity: O(fields); names of another length are dismissed by it.
    public func header(_ name: String) -> String? {
        var joined: String?
        for field in fields where head.span.spells(name, at: field.name) {
            let value = text(field.value)
            joined = joined.map { joined in joined + ", " + value } ?? value
        }
        return joined
    }

    /// The value of the first field of this name, given in lower case, without making a string.
    public func headerBytes(_ lowercasedName: String) -> ArraySlice<UInt8>? {
        for field in fields where head.span.spells(lowercasedName, at: field.name) {
            return head[field.value.indices]
        }
        return nil
    }

    /// How many fields of this name, given in lower case, the request has.
    ///
    /// For fields that must stand once: `Authorization` sent twice is an attack or a mistake.
    public func headerCount(_ lowercasedName: String) -> Int {
        var count = 0
        for field in fields where head.span.spells(lowercasedName, at: field.name) { count += 1 }
        return count
    }

    /// Bytes above ASCII that are not UTF-8 become U+FFFD.
    private func text(_ range: ByteRange) -> String {
        String(decoding: head[range.indices], as: UTF8.self)
    }
}

extension HTTPRequest {
    /// A request made in process: by a test, or by a command that speaks to the routes directly.
    ///
    /// Passes through the parser, so that it obeys the same rules; `target` is the whole request
    /// target, such as `/v1/keys?limit=2`.
    ///
    /// - Throws: The refusal that the same bytes on a socket would get.
    public init(
        _ method: HTTPMethod,
        _ target: String,
        headers: [HTTPField] = [],
        body: [UInt8] = [],
        peerAddress: String = "127.0.0.1"
    ) throws(HTTPRefusal) {
        var head = "\(method.rawValue) \(target) HTTP/1.1\r\n"
        for field in headers { head += "\(field.name): \(field.value)\r\n" }
        if !headers.contains(where: { field in field.name.lowercased() == "host" }) {
            head += "Host: localhost\r\n"
        }
        if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        var parser = RequestParser(limits: HTTPLimits(), peerAddress: peerAddress)
        let bytes = Array((head + "\r\n").utf8) + body
        switch parser.advance(over: bytes[...]) {
        case .request(let request, bytes.count): self = request
        case .refused(let refusal): throw refusal
        case .request, .incomplete:
            throw HTTPRefusal(.badRequest, detail: "The bytes are not one whole request.")
        }
    }
}
