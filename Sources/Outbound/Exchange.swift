/// One request to one server and its answer: a hop of what a caller sends.
struct Exchange: Sendable {
    /// Why it is sent.
    let effect: OutboundEffect
    let method: String
    let url: OutboundURL
    let headers: [OutboundHeader]
    let body: [UInt8]?
    let connectTimeout: Duration
    let responseByteCountMax: Int
    let streamByteCountMax: Int
    let acceptsGzip: Bool
    /// Signs hops to this origin; see `OutboundRequest.signing`.
    private let signing: (@Sendable (OutboundHop) -> [OutboundHeader])?

    /// Whether it may be sent twice without harm (RFC 9110 section 9.2.1).
    var isSafe: Bool { method == "GET" || method == "HEAD" }

    /// The first hop of `request`, checked.
    init(_ request: OutboundRequest) throws(OutboundError) {
        try request.check()
        self.effect = request.effect
        self.method = request.method
        self.url = try OutboundURL(request.url)
        self.body = request.body
        self.connectTimeout = request.connectTimeout
        self.responseByteCountMax = request.responseByteCountMax
        self.streamByteCountMax = request.streamByteCountMax
        self.acceptsGzip = request.acceptsGzip
        self.signing = request.signing
        self.headers = try Self.signed(request.headers, request.method, url, body, signing)
    }

    private init(
        _ previous: Exchange,
        url: OutboundURL,
        headers: [OutboundHeader],
        isSameOrigin: Bool
    ) throws(OutboundError) {
        self.effect = previous.effect
        self.method = previous.method
        self.url = url
        self.body = previous.body
        self.connectTimeout = previous.connectTimeout
        self.responseByteCountMax = previous.responseByteCountMax
        self.streamByteCountMax = previous.streamByteCountMax
        self.acceptsGzip = previous.acceptsGzip
        self.signing = isSameOrigin ? previous.signing : nil
        self.headers = try Self.signed(headers, method, url, body, signing)
    }

    /// The header fields, with those of a signature in the place of their namesakes.
    private static func signed(
        _ headers: [OutboundHeader],
        _ method: String,
        _ url: OutboundURL,
        _ body: [UInt8]?,
        _ signing: (@Sendable (OutboundHop) -> [OutboundHeader])?
    ) throws(OutboundError) -> [OutboundHeader] {
        guard let signing else { return headers }
        let hop = OutboundHop(
            method: method,
            authority: url.authority,
            path: url.path,
            query: url.query,
            headers: headers,
            body: body ?? []
        )
        let added = signing(hop)
        for header in added {
            if let defect = header.defect { throw OutboundError(.invalidRequest, defect) }
        }
        return headers.filter { header in !added.contains { $0.isNamed(header.name) } } + added
    }

    /// Where `response` sends a safe request; nil when it is the answer itself.
    ///
    /// A body may hold what only the first server may read, so a request with one is not sent on.
    func location(in response: OutboundResponse) -> String? {
        guard isSafe, body == nil, [301, 302, 303, 307, 308].contains(response.status) else {
            return nil
        }
        return response.header("location")
    }

    /// The hop to `location`; credentials go along to the same origin only.
    func following(_ location: String) throws(OutboundError) -> Exchange {
        let next = try url.resolving(location)
        guard next.isSecure || !url.isSecure else {
            throw OutboundError(.malformedAnswer, "\(url.origin): redirects from https to http")
        }
        let isSameOrigin = next.origin == url.origin
        let kept = headers.filter { header in isSameOrigin || !header.isCredential }
        return try Exchange(self, url: next, headers: kept, isSameOrigin: isSameOrigin)
    }
}
