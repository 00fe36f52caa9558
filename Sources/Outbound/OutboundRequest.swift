/// A request to a server outside.
///
/// Holds rendered credentials, so it has no text: printing it shows its effect and method only.
public struct OutboundRequest: Sendable {
    /// The most headers of a request.
    public static let headerCountMax = 100
    /// The most bytes of all header names and values.
    public static let headerByteCountMax = 64 * 1024
    /// The longest URL, in bytes.
    public static let urlByteCountMax = 8 * 1024
    /// The largest body, in bytes.
    public static let bodyByteCountMax = 64 * 1024 * 1024
    /// The longest time that a request may be given.
    public static let timeoutMax = Duration.seconds(600)

    /// What to do with an answer that points elsewhere.
    public enum RedirectPolicy: Sendable, Hashable {
        /// It is the answer.
        case none
        /// `GET` and `HEAD` without a body follow up to `redirectCountMax` times; for others it is
        /// the answer.
        ///
        /// Each hop passes the address policy. Another origin is not sent credentials; a way from
        /// `https` to `http` is not followed.
        case safeMethods
    }

    /// The most redirects followed.
    public static let redirectCountMax = 3

    /// Why it is sent.
    public let effect: OutboundEffect
    /// The method, in capitals.
    public var method: String
    /// The absolute URL, `http` or `https`, in ASCII, without user or dot segments in its path.
    public var url: String
    /// The header fields, in the order sent; those that belong to the connection are refused.
    public var headers: [OutboundHeader]
    /// The body; nil for none, which a `POST`, `PUT` or `PATCH` sends as an empty one.
    public var body: [UInt8]?
    /// The time for everything, from waiting for a turn to the last byte and over all redirects.
    public var timeout: Duration
    /// The time for name resolution, connection and TLS handshake of each hop.
    public var connectTimeout: Duration
    /// The largest body of an answer that is taken, in bytes, after decompression.
    public var responseByteCountMax: Int
    /// The same for the body of a successful answer that is streamed.
    public var streamByteCountMax = 64 << 20
    /// What to do with an answer that points elsewhere.
    public var redirects: RedirectPolicy
    /// Whether the answer may come compressed.
    public var acceptsGzip: Bool
    /// Signs what goes out: answers header fields that stand in the place of those of their names.
    ///
    /// Asked each time that the request is sent and for each redirect within the origin, so that a
    /// signature is never older than its request and always of the URL that is called; another
    /// origin gets none. Nil for a request that is sent as it is.
    public var signing: (@Sendable (OutboundHop) -> [OutboundHeader])?

    /// A request with the limits most callers want; it is checked when it is sent.
    public init(
        for effect: OutboundEffect,
        method: String,
        url: String,
        headers: [OutboundHeader] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(10),
        responseByteCountMax: Int = 1024 * 1024,
        redirects: RedirectPolicy = .none,
        acceptsGzip: Bool = true
    ) {
        self.effect = effect
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.responseByteCountMax = responseByteCountMax
        self.redirects = redirects
        self.acceptsGzip = acceptsGzip
    }

    /// Refuses what must not be sent; the URL is checked where it is parsed.
    func check() throws(OutboundError) {
        guard (1...20).contains(method.utf8.count),
            method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
            method != "CONNECT", method != "TRACE"
        else { throw OutboundError(.invalidRequest, "the method is not one that can be sent") }
        guard headers.count <= Self.headerCountMax,
            headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count })
                <= Self.headerByteCountMax
        else { throw OutboundError(.invalidRequest, "the headers are over their limit") }
        for header in headers {
            if let defect = header.defect { throw OutboundError(.invalidRequest, defect) }
        }
        guard (body?.count ?? 0) <= Self.bodyByteCountMax else {
            throw OutboundError(.invalidRequest, "the body is over its limit")
        }
        guard body == nil || method != "HEAD" else {
            throw OutboundError(.invalidRequest, "a HEAD request has no body")
        }
        guard timeout >= .milliseconds(1), timeout <= Self.timeoutMax,
            connectTimeout >= .milliseconds(1)
        else { throw OutboundError(.invalidRequest, "the timeout is out of range") }
        guard responseByteCountMax >= 0 else {
            throw OutboundError(.invalidRequest, "the answer's limit is negative")
        }
    }
}

extension OutboundRequest: CustomStringConvertible, CustomReflectable {
    /// Effect and method, and nothing that could be secret.
    public var description: String { "OutboundRequest(\(effect.rawValue), \(method))" }
    /// A mirror of effect and method alone.
    public var customMirror: Mirror {
        Mirror(self, children: ["effect": effect.rawValue, "method": method])
    }
}
