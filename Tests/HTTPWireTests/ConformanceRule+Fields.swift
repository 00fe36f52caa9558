extension ConformanceRule {
    /// Header fields (RFC 9112 section 5, RFC 9110 section 5).
    static let fields: [ConformanceRule] = [
        .init(
            "RFC 9112 5.1",
            "whitespace between name and colon is refused",
            Head.get("X-A : b"),
            .refused(400)
        ),
        .init(
            "RFC 9112 5.1",
            "a tab between name and colon is refused",
            Head.get("X-A\t: b"),
            .refused(400)
        ),
        .init("RFC 9112 5.2", "a folded line is refused", Head.get("X-A: b\r\n c"), .refused(400)),
        .init(
            "RFC 9112 5.2",
            "a line folded with a tab is refused",
            Head.get("X-A: b\r\n\tc"),
            .refused(400)
        ),
        .init("RFC 9112 5", "a line without a colon is refused", Head.get("X-A"), .refused(400)),
        .init("RFC 9110 5.1", "an empty name is refused", Head.get(": b"), .refused(400)),
        .init(
            "RFC 9110 5.1",
            "names are case-insensitive",
            "POST / HTTP/1.1\r\nHOST: a\r\ncOnTeNt-LeNgTh: 1\r\n\r\nx" + get,
            .served(["/", "/"])
        ),
        .init("RFC 9110 5.5", "NUL in a value is refused", Head.get("X-A: b\u{0}"), .refused(400)),
        .init(
            "RFC 9110 5.5",
            "a control byte in a value is refused",
            Head.get("X-A: \u{1B}[2J"),
            .refused(400)
        ),
        .init("RFC 9110 5.5", "an empty value is taken", Head.get("X-A:"), .served(["/"])),
        .init(
            "RFC 9110 5.4",
            "too many fields are refused",
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 100),
            .refused(431)
        ),
        .init(
            "RFC 6585 5",
            "a header block beyond the limit is 431",
            "GET / HTTP/1.1\r\nX-A: " + String(repeating: "b", count: 32_768),
            .refused(431)
        ),
        .init(
            "RFC 9110 5.6.1",
            "empty elements of a list are ignored",
            Head.get("Connection: , ,X-A,"),
            .served(["/"])
        ),
    ]
}
