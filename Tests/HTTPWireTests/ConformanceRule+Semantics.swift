extension ConformanceRule {
    /// Methods, expectations, order (RFC 9110 sections 7 to 10, RFC 9112 sections 8 to 11).
    static let semantics: [ConformanceRule] = [
        .init(
            "RFC 9110 9.1",
            "GET and HEAD are implemented",
            get + "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n",
            .served(["/", "/h"])
        ),
        .init(
            "RFC 9110 9.1",
            "a method that we do not know is not implemented",
            "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(501)
        ),
        .init(
            "RFC 9110 9.3.6",
            "CONNECT is not implemented",
            "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(501)
        ),
        .init(
            "RFC 9110 9.3.8",
            "TRACE is not implemented",
            "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(501)
        ),
        .init(
            "RFC 9110 10.1.1",
            "an expectation that we do not know is 417",
            Head.get("Expect: tea"),
            .refused(417)
        ),
        .init(
            "RFC 9110 10.1.1",
            "100-continue is case-insensitive",
            Head.get("Expect: 100-CONTINUE"),
            .served(["/"])
        ),
        .init(
            "RFC 9110 10.1.1",
            "HTTP/1.0 has no expectations",
            "GET / HTTP/1.0\r\nExpect: tea\r\n\r\n",
            .served(["/"])
        ),
        .init(
            "RFC 9110 7.8",
            "an upgrade that we do not offer is ignored",
            Head.get(
                "Connection: upgrade, http2-settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__"
            ),
            .served(["/"])
        ),
        .init(
            "RFC 9112 9.3.2",
            "pipelined requests are read in order",
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            .served(["/1", "/2"])
        ),
        .init(
            "RFC 9112 11.2",
            "a request behind a refused one is not read",
            Head.get("X A: b") + get,
            .refused(400)
        ),
        .init(
            "RFC 9112 8",
            "a request that is cut short is no request",
            "GET / HTTP/1.1\r\nHost: a\r\n",
            .served([])
        ),
    ]
}
