extension ConformanceRule {
    /// Targets and Host (RFC 9112 section 3.2, RFC 9110 sections 4 and 7.2).
    static let targets: [ConformanceRule] = [
        .init(
            "RFC 9112 3",
            "a target beyond the limit is 414",
            "GET /" + String(repeating: "a", count: 8_192) + " HTTP/1.1\r\n",
            .refused(414)
        ),
        .init(
            "RFC 9112 3",
            "a target without an end is 414",
            "GET /" + String(repeating: "a", count: 9_000),
            .refused(414)
        ),
        .init(
            "RFC 9112 3.2.1",
            "an empty path is refused in origin form",
            "GET ?a HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2.1",
            "a fragment is refused",
            "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2.2",
            "the absolute form is taken",
            "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
            .served(["/x?y"])
        ),
        .init(
            "RFC 9112 3.2.2",
            "an absolute form that disagrees with Host, where one may go by the target, is refused",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2.2",
            "an absolute form needs Host too",
            "GET http://a/ HTTP/1.1\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2.3",
            "the authority form belongs to CONNECT",
            "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2.4",
            "the asterisk form is taken of OPTIONS",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            .served(["*"])
        ),
        .init(
            "RFC 9112 3.2.4",
            "the asterisk form is refused of others",
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9110 4.2.1",
            "a URI without a host is refused",
            "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9110 4.2.3",
            "scheme and host are case-insensitive",
            "GET HTTP://EX/ HTTP/1.1\r\nHost: ex\r\n\r\n",
            .served(["/"])
        ),
        .init(
            "RFC 9110 4.2.4",
            "user information is refused",
            "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 3986 2.1",
            "a broken escape is refused",
            "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2",
            "HTTP/1.1 without Host is refused",
            "GET / HTTP/1.1\r\nX-A: b\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2",
            "HTTP/1.0 without Host is served",
            "GET / HTTP/1.0\r\n\r\n",
            .served(["/"])
        ),
        .init("RFC 9112 3.2", "two Hosts are refused", Head.get("Host: a"), .refused(400)),
        .init(
            "RFC 9112 3.2",
            "two Hosts are refused in HTTP/1.0",
            "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2",
            "a Host with a path is refused",
            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2",
            "a Host with a broken escape is refused",
            "GET / HTTP/1.1\r\nHost: a%4\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 3.2",
            "a Host with a port out of range is refused",
            "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9110 7.2",
            "a list of Hosts is refused",
            "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
            .refused(400)
        ),
    ]
}
