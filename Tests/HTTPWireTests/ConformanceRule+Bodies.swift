extension ConformanceRule {
    /// Lengths and codings of bodies (RFC 9112 section 6).
    static let bodies: [ConformanceRule] = [
        .init(
            "RFC 9112 6.1",
            "Transfer-Encoding in HTTP/1.0 is refused",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .refused(400)
        ),
        .init(
            "RFC 9112 6.1",
            "chunked applied twice is refused",
            post("Transfer-Encoding: chunked, chunked"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.1",
            "chunked applied twice in two fields is refused",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.1",
            "a coding that we do not know is not implemented",
            post("Transfer-Encoding: gzip, chunked"),
            .refused(501)
        ),
        .init(
            "RFC 9112 6.1",
            "names of codings are case-insensitive",
            post("Transfer-Encoding: Chunked", "0\r\n\r\n"),
            .served(["/p"])
        ),
        .init(
            "RFC 9112 6.3",
            "codings that do not end in chunked are refused",
            post("Transfer-Encoding: chunked, gzip"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "identity alone is refused",
            post("Transfer-Encoding: identity"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.1",
            "an empty element beside chunked, which one should ignore, is refused",
            post("Transfer-Encoding: , chunked"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "a length beside a coding is refused",
            post("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "a coding beside a length is refused",
            post("Transfer-Encoding: chunked\r\nContent-Length: 5"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "two lengths that differ are refused",
            post("Content-Length: 5\r\nContent-Length: 6"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "two lengths that agree, which one may take as one, are refused",
            post("Content-Length: 5\r\nContent-Length: 5"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "a list of lengths is refused",
            post("Content-Length: 5, 5"),
            .refused(400)
        ),
        .init(
            "RFC 9112 6.3",
            "a length that is no number is refused",
            post("Content-Length: 0x5"),
            .refused(400)
        ),
        .init(
            "RFC 9110 8.6",
            "a signed length is refused",
            post("Content-Length: +5"),
            .refused(400)
        ),
        .init(
            "RFC 9110 8.6",
            "a length beyond any integer is too large, and does not wrap",
            post("Content-Length: 18446744073709551621"),
            .refused(413)
        ),
        .init(
            "RFC 9112 6.3",
            "a request without length and coding has no body",
            "POST /p HTTP/1.1\r\nHost: a\r\n\r\n" + get,
            .served(["/p", "/"])
        ),
        .init(
            "RFC 9112 6.3",
            "a body ends where its length says",
            post("Content-Length: 3", "abc") + get,
            .served(["/p", "/"])
        ),
        .init(
            "RFC 9112 6.3",
            "what follows a body is a message or is refused",
            post("Content-Length: 3", "abc:d") + get,
            .refused(400, after: ["/p"])
        ),
        .init(
            "RFC 9110 9.3.1",
            "a GET may have a body, which is read and not taken for a request",
            "GET /g HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /" + get,
            .served(["/g", "/"])
        ),
        .init(
            "RFC 9110 15.5.14",
            "a body beyond the limit is 413 by its length alone",
            post("Content-Length: 1048577"),
            .refused(413)
        ),
        .init(
            "RFC 9110 15.5.14",
            "a chunked body beyond the limit is 413 at the chunk that goes beyond it",
            post("Transfer-Encoding: chunked", "100001\r\n"),
            .refused(413)
        ),
    ]
}
