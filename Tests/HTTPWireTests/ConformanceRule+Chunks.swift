extension ConformanceRule {
    /// The chunked coding (RFC 9112 section 7.1).
    static let chunks: [ConformanceRule] = [
        .init(
            "RFC 9112 7.1",
            "chunks are decoded, and the next request follows",
            chunked("3\r\nabc\r\n0\r\n\r\n") + get,
            .served(["/p", "/"])
        ),
        .init(
            "RFC 9112 7.1",
            "sizes are hexadecimal in both cases",
            chunked("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n"),
            .served(["/p"])
        ),
        .init(
            "RFC 9112 7.1",
            "the last chunk may have several zeros",
            chunked("000\r\n\r\n"),
            .served(["/p"])
        ),
        .init(
            "RFC 9112 7.1",
            "a size that would overflow is refused",
            chunked("10000000000000000\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1",
            "a size that is just no overflow is too large",
            chunked("7ffffffffffffff\r\n"),
            .refused(413)
        ),
        .init(
            "RFC 9112 7.1",
            "a size with garbage is refused",
            chunked("3x\r\nabc\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1",
            "a size of another notation is refused",
            chunked("0x3\r\nabc\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1",
            "a size line that ends in LF is refused",
            chunked("3\nabc\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1",
            "a chunk longer than its size is refused",
            chunked("3\r\nabcd\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1",
            "a chunk that ends in LF is refused",
            chunked("3\r\nabc\n0\r\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.1",
            "extensions are ignored",
            chunked("3;a=b;c=\"d;e\"\r\nabc\r\n0;z\r\n\r\n"),
            .served(["/p"])
        ),
        .init(
            "RFC 9112 7.1.1",
            "whitespace before an extension is ignored",
            chunked("3 \t; a = b\r\nabc\r\n0 ;z\r\n\r\n"),
            .served(["/p"])
        ),
        .init(
            "RFC 9112 7.1.1",
            "whitespace that leads to no extension is refused",
            chunked("3 \r\nabc\r\n0\r\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.1",
            "an extension that ends in LF is refused",
            chunked("3;a\nabc\r\n0\r\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.1",
            "extensions have a bound",
            chunked("1;" + String(repeating: "a", count: 16_385)),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.1",
            "whitespace before an extension has the same bound",
            chunked("1" + String(repeating: " ", count: 16_387)),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.2",
            "trailers are read",
            chunked("0\r\nX-T: v\r\nX-U:\r\n\r\n") + get,
            .served(["/p", "/"])
        ),
        .init(
            "RFC 9112 7.1.2",
            "a trailer with whitespace before its colon is refused",
            chunked("0\r\nX-T : v\r\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.2",
            "a folded trailer is refused",
            chunked("0\r\nX-T: v\r\n w\r\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.2",
            "a trailer with a bare LF is refused",
            chunked("0\r\nX-T: v\n\r\n"),
            .refused(400)
        ),
        .init(
            "RFC 9112 7.1.2",
            "trailers have a bound",
            chunked("0\r\nX-T: " + String(repeating: "a", count: 8_193)),
            .refused(431)
        ),
        .init(
            "RFC 9112 7.1",
            "a body without its last line is no request",
            chunked("3\r\nabc\r\n0\r\n"),
            .served([])
        ),
    ]
}
