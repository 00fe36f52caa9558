extension ConformanceRule {
    /// Request lines and line ends (RFC 9112 sections 2 and 3).
    static let messages: [ConformanceRule] = [
        .init(
            "RFC 9112 2.2",
            "one empty line before a request is ignored",
            "\r\n" + get,
            .served(["/"])
        ),
        .init(
            "RFC 9112 2.2",
            "whitespace between the request line and the first field is refused",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare CR in the request line is refused",
            "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare CR in a field is refused",
            Head.get("X-A: b\rc"),
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare CR before a CR LF is refused",
            Head.get("X-A: b\r"),
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare LF, which one may take for a line's end, is refused",
            "GET / HTTP/1.1\nHost: a\n\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare LF at a head's end is refused",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a bare LF in a field is refused",
            Head.get("X-A: b\nX-B: c"),
            .refused(400)
        ),
        .init(
            "RFC 9112 2.2",
            "a message is octets: what looks like CR LF in UTF-16 is text",
            bytes: Array("GET / HTTP/1.1\r\nHost: a\r\nX-A: ".utf8) + [
                0xE5, 0x98, 0x8D, 0xE5, 0x98, 0x8A,
            ]
                + Array("X-B: c\r\n\r\n".utf8),
            .served(["/"])
        ),
        .init(
            "RFC 9112 2.3",
            "the version is case-sensitive",
            "GET / http/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 2.3",
            "a version has one digit on each side",
            "GET / HTTP/1.10\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9110 15.6.6",
            "HTTP/2 in a request line is refused",
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            .refused(505)
        ),
        .init("RFC 9110 15.6.6", "HTTP/0.9 is refused", "GET / HTTP/0.9\r\n\r\n", .refused(505)),
        .init(
            "RFC 9110 2.5",
            "a higher minor version, which one should serve, is refused",
            "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
            .refused(505)
        ),
        .init(
            "RFC 9112 3",
            "a request line without a version is refused",
            "GET /\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3",
            "two spaces between its parts are refused",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3",
            "a tab between its parts is refused",
            "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3",
            "whitespace at its end is refused",
            "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.1",
            "the method is case-sensitive",
            "get / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(501)
        ),
        .init(
            "RFC 9112 3.1",
            "a method that is no token is refused",
            "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3",
            "a method longer than any is not implemented",
            String(repeating: "M", count: 9_000),
            .refused(501)
        ),
        .init(
            "RFC 9112 3",
            "an endless first word that is no token is refused",
            "M" + String(repeating: "\u{1}", count: 9_000),
            .refused(400)
        ),
        .init(
            "RFC 9113 3.4",
            "the preface of HTTP/2 is refused",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            .refused(400)
        ),
        .init("RFC 8446 5.1", "a TLS record is refused at its first byte", "\u{16}", .refused(400)),
    ]
}
