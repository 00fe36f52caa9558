import Testing

@testable import HTTPWire

@Suite struct RequestParserTests {
    private func only(_ text: String) throws -> WireTranscript.Entry {
        let transcript = WireTranscript(text)
        try #require(transcript.refusal == nil && transcript.entries.count == 1, "\(transcript)")
        #expect(transcript.isIdle)
        return transcript.entries[0]
    }

    @Test(arguments: HTTPMethod.allCases)
    func `reads every method`(_ method: HTTPMethod) throws {
        let entry = try only(Head.text("\(method.rawValue) /x HTTP/1.1", "Host: a"))
        #expect(entry.method == method)
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/a/b", "/a/b", nil), ("/a%20b", "/a%20b", nil), ("/?", "/", ""),
            ("/a?b=c&d=%C3%A9", "/a", "b=c&d=%C3%A9"), ("/a??x", "/a", "?x"),
            ("/a?[|]", "/a", "[|]"),
            ("/:@!$&'()*+,;=-._~", "/:@!$&'()*+,;=-._~", nil), ("//x", "//x", nil),
            ("http://a", "/", nil), ("http://a/x?y", "/x", "y"), ("HTTPS://A?y", "/", "y"),
        ] as [(String, String, String?)]
    )
    func `splits a target`(_ target: String, _ path: String, _ query: String?) throws {
        let entry = try only(Head.text("GET \(target) HTTP/1.1", "Host: a"))
        #expect(entry.path == path)
        #expect(entry.query == query)
    }

    @Test func `the target asterisk belongs to OPTIONS`() throws {
        #expect(try only(Head.text("OPTIONS * HTTP/1.1", "Host: a")).path == "*")
    }

    @Test(arguments: [
        "a", "a:80", "a:", "A.example", "127.0.0.1:8080", "[::1]", "[::1]:8080", "a_b", "a%20b",
        "xn--bcher-kva.example:65535",
    ])
    func `takes a valid host`(_ host: String) throws {
        let entry = try only(Head.text("GET / HTTP/1.1", "Host: \(host)"))
        #expect(entry.headers[0] == host)
    }

    @Test func `HTTP 1_0 needs no host`() throws {
        #expect(try only(Head.text("GET / HTTP/1.0")).isHTTP11 == false)
    }

    @Test(
        arguments: [
            ("HTTP/1.1", nil, true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "CLOSE", false),
            ("HTTP/1.1", "foo, close", false), ("HTTP/1.1", "close, keep-alive", false),
            ("HTTP/1.1", "closed", true), ("HTTP/1.1", "keep-alive", true),
            ("HTTP/1.0", nil, false), ("HTTP/1.0", "keep-alive", true),
            ("HTTP/1.0", "Keep-Alive, foo", true), ("HTTP/1.0", "close, keep-alive", false),
        ] as [(String, String?, Bool)]
    )
    func `keeps the connection as RFC 9112 section 9_3 says`(
        _ version: String,
        _ connection: String?,
        _ keepsAlive: Bool
    ) throws {
        let field = connection.map { value in "Connection: \(value)" } ?? "X-A: b"
        let entry = try only(Head.text("GET / \(version)", "Host: a", field))
        #expect(entry.keepsAlive == keepsAlive)
    }

    @Test func `trims field values and joins fields of one name`() throws {
        let entry = try only(Head.get("x-A: \t 1 ", "X-a:2", "X-Empty: \t"))
        #expect(entry.headers[2] == "1, 2")
        #expect(entry.headers[4] == "")
    }

    @Test func `replaces what is not UTF-8 in a value`() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX-A: ".utf8) + [0xC3, 0xA9, 0xFF]
        let transcript = WireTranscript([(bytes + Array("\r\n\r\n".utf8))[...]])
        #expect(transcript.entries.first?.headers[2] == "\u{E9}\u{FFFD}")
    }

    @Test func `reads a body of fixed length and nothing after it`() throws {
        let head = Head.text("POST / HTTP/1.1", "Host: a", "Content-Length: 005")
        #expect(try only(head + "hello").body == Array("hello".utf8))
        #expect(try only(Head.text("GET / HTTP/1.1", "Host: a", "Content-Length: 0")).body == [])
    }

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("1\r\na\r\n0\r\n\r\n", "a"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n00\r\n\r\n", "0123456789"),
        ("001\r\na\r\n1;x=\"y\"\r\nb\r\n0\r\n\r\n", "ab"),
        ("1;\r\na\r\n0;last\r\n\r\n", "a"), ("1\r\na\r\n0\r\nX-T: v\r\nY:\r\n\r\n", "a"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"), ("000000000000001\r\na\r\n0\r\n\r\n", "a"),
    ])
    func `decodes a chunked body`(_ wire: String, _ body: String) throws {
        #expect(try only(Head.chunked(wire)).body == Array(body.utf8))
    }

    @Test func `trailers do not become headers`() throws {
        let entry = try only(Head.chunked("0\r\nX-A: sneaked\r\nHost: b\r\n\r\n"))
        #expect(entry.headers[0] == "a")
        #expect(entry.headers[2] == nil)
    }

    @Test func `asks for 100 Continue once, and only while the body has not begun`() {
        var parser = RequestParser(limits: HTTPLimits(), peerAddress: "192.0.2.1")
        let head = Head.text(
            "PUT / HTTP/1.1",
            "Host: a",
            "Expect: 100-Continue",
            "Content-Length: 1"
        )
        _ = parser.advance(over: Array(head.utf8)[...])
        let asked = (parser.takeContinueRequest(), parser.takeContinueRequest())
        #expect(asked == (true, false))
    }

    @Test(arguments: [
        Head.text("PUT / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 2") + "x",
        Head.text("PUT / HTTP/1.0", "Host: a", "Expect: 100-continue", "Content-Length: 2"),
        Head.text("PUT / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 0"),
        Head.text("PUT / HTTP/1.1", "Host: a", "Content-Length: 2"),
    ])
    func `asks for no 100 Continue that nobody waits for`(_ text: String) {
        var parser = RequestParser(limits: HTTPLimits(), peerAddress: "192.0.2.1")
        _ = parser.advance(over: Array(text.utf8)[...])
        #expect(parser.takeContinueRequest() == false)
    }

    @Test func `tells what it is in the middle of`() {
        var parser = RequestParser(limits: HTTPLimits(), peerAddress: "192.0.2.1")
        #expect(parser.isIdle && !parser.isReadingBody && parser.requestID == nil)
        _ = parser.advance(over: Array("\r\n".utf8)[...])
        #expect(parser.isIdle)
        _ = parser.advance(over: Array("POST / HTTP/1.1\r\nX-Request-ID: r9\r\nHost".utf8)[...])
        #expect(!parser.isIdle && !parser.isReadingBody && parser.requestID == "r9")
        _ = parser.advance(over: Array(": a\r\nContent-Length: 2\r\n\r\n".utf8)[...])
        #expect(!parser.isIdle && parser.isReadingBody && parser.requestID == "r9")
        _ = parser.advance(over: Array("hi".utf8)[...])
        #expect(parser.isIdle && !parser.isReadingBody && parser.requestID == nil)
    }

    @Test func `feeding a refused connection stops the process`() async {
        await #expect(processExitsWith: .failure) {
            var parser = RequestParser(limits: HTTPLimits(), peerAddress: "192.0.2.1")
            _ = parser.advance(over: Array("\0".utf8)[...])
            _ = parser.advance(over: Array("GET".utf8)[...])
        }
    }
}
