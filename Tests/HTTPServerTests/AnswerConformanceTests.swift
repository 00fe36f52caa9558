import HTTPWire
import Testing

@testable import HTTPServer

/// What RFC 9110 and RFC 9112 ask of the answers and of the connection, section by section, over
/// a real socket.
@Suite struct AnswerConformanceTests {
    /// Answers with the status that the path names, and the body "body"; `/echo…` with itself.
    private static let route: TestServer.Route = { request in
        guard let status = Int(request.path.dropFirst()) else {
            return .answer(TestHandler.echoed(request))
        }
        return .answer(HTTPResponse(status: status, body: .bytes(Array("body".utf8))))
    }

    @Test(arguments: rules + refusals + connections)
    func `keeps`(_ rule: AnswerRule) async throws {
        try await TestServer.run(Self.route) { server in
            let client = try server.connect()
            try await client.send(rule.wire)
            for expected in rule.answers {
                let answer = try #require(try await client.answer(toHead: expected.isToHead))
                Self.check(answer, expected)
            }
            if rule.closes {
                #expect(try await client.answer() == nil)
            } else {
                try await client.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer()?.text == "/echo")
            }
        }
    }

    private static func check(_ answer: WireAnswer, _ expected: AnswerRule.Expected) {
        #expect(answer.status == expected.status && answer.version == "HTTP/1.1")
        if let text = expected.text { #expect(answer.text == text) }
        for (name, value) in expected.fields { #expect(answer[name] == value, "\(name)") }
        for name in expected.absent { #expect(answer[name] == nil, "\(name)") }
        // RFC 9110 section 6.6.1: every final answer of a server with a clock has a date.
        if answer.status >= 200 { #expect(answer["date"]?.hasSuffix(" GMT") == true) }
    }

    private static func get(_ path: String, _ lines: String...) -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static let framing = ["content-length", "transfer-encoding"]

    private static let rules: [AnswerRule] = [
        .init(
            "RFC 9110 8.6",
            "Content-Length is the body's",
            get("/200"),
            [.ok("body", ["content-length": "4"], absent: ["transfer-encoding"])]
        ),
        .init(
            "RFC 9110 8.6",
            "an error has a length too",
            get("/404"),
            [.init(status: 404, text: "body", fields: ["content-length": "4"])]
        ),
        .init(
            "RFC 9110 9.3.2",
            "HEAD has the length of GET and no body",
            "HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/200"),
            [.init(status: 200, fields: ["content-length": "4"], isToHead: true), .ok("body")]
        ),
        .init(
            "RFC 9110 15.3.5",
            "204 has neither body nor length",
            get("/204") + get("/200"),
            [.init(status: 204, absent: framing), .ok("body")]
        ),
        .init(
            "RFC 9110 15.3.6",
            "205 is empty, and says so",
            get("/205") + get("/200"),
            [.init(status: 205, text: "", fields: ["content-length": "0"]), .ok("body")]
        ),
        .init(
            "RFC 9110 15.4.5",
            "304 has no body",
            get("/304") + get("/200"),
            [.init(status: 304, absent: framing), .ok("body")]
        ),
        .init(
            "RFC 9112 2.2",
            "empty lines between requests are ignored",
            get("/echo") + "\r\n\r\n" + get("/echo2"),
            [.ok("/echo"), .ok("/echo2")]
        ),
        .init(
            "RFC 9112 3.2.4",
            "OPTIONS * reaches the handler",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            [.ok("*")]
        ),
        .init(
            "RFC 9110 7.8",
            "an upgrade is ignored, and the request served in HTTP/1.1",
            get("/echo", "Connection: Upgrade", "Upgrade: h2c"),
            [.ok("/echo", absent: ["upgrade"])]
        ),
        .init(
            "RFC 9110 15.2",
            "HTTP/1.0 gets no interim answer",
            "PUT /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
            [.ok("/echoab")],
            closes: true
        ),
        .init(
            "RFC 9110 10.1.1",
            "a body that came along is not asked for",
            "PUT /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab",
            [.ok("/echoab")]
        ),
    ]

    private static let refusals: [AnswerRule] = [
        .init(
            "RFC 9112 3.2",
            "a missing Host",
            "GET / HTTP/1.1\r\n\r\n",
            [.refusal(400)],
            closes: true
        ),
        .init(
            "RFC 9112 6.3",
            "a length and a coding",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + get("/smuggled"),
            [.refusal(400)],
            closes: true
        ),
        .init(
            "RFC 9112 6.1",
            "a coding in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            [.refusal(400)],
            closes: true
        ),
        .init(
            "RFC 9112 11.2",
            "what stands behind a refused request",
            get("/echo") + get("/", "X A: b") + get("/smuggled"),
            [.ok("/echo"), .refusal(400)],
            closes: true
        ),
        .init(
            "RFC 9110 10.1.1",
            "an unknown expectation",
            get("/", "Expect: tea"),
            [.refusal(417)],
            closes: true
        ),
        .init(
            "RFC 9110 15.5.14",
            "a body too large, before it is sent",
            "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n",
            [.refusal(413)],
            closes: true
        ),
        .init(
            "RFC 9110 15.5.14",
            "a chunk too large, before it is sent",
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n",
            [.refusal(413)],
            closes: true
        ),
        .init(
            "RFC 9110 15.5.15",
            "a target too long",
            "GET /" + String(repeating: "a", count: 8_300),
            [.refusal(414)],
            closes: true
        ),
        .init(
            "RFC 6585 5",
            "a header block too large",
            "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 33_000),
            [.refusal(431)],
            closes: true
        ),
        .init(
            "RFC 9110 15.6.2",
            "an unknown method",
            "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
            [.refusal(501)],
            closes: true
        ),
        .init(
            "RFC 9110 15.6.6",
            "another version",
            "GET / HTTP/3.0\r\n\r\n",
            [.refusal(505)],
            closes: true
        ),
        .init(
            "RFC 9113 3.4",
            "the preface of HTTP/2 with its first frame",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u{12}\u{4}\0\0\0\0\0",
            [.refusal(400)],
            closes: true
        ),
        .init(
            "RFC 8446 4.1.2",
            "a TLS ClientHello",
            "\u{16}\u{3}\u{1}\0\u{5}\u{1}\0\0\u{1}\u{3}",
            [.refusal(400)],
            closes: true
        ),
    ]

    private static let connections: [AnswerRule] = [
        .init(
            "RFC 9112 9.3",
            "HTTP/1.1 goes on",
            get("/echo"),
            [.ok("/echo", absent: ["connection"])]
        ),
        .init(
            "RFC 9112 9.6",
            "close is the last request's, and is said",
            get("/echo", "Connection: close") + get("/unread"),
            [.ok("/echo", ["connection": "close"])],
            closes: true
        ),
        .init(
            "RFC 9110 7.6.1",
            "close is found in a list, in any case",
            get("/echo", "Connection: , x,CLOSE"),
            [.ok("/echo", ["connection": "close"])],
            closes: true
        ),
        .init(
            "RFC 9112 9.3",
            "HTTP/1.0 ends",
            "GET /echo HTTP/1.0\r\n\r\n",
            [.ok("/echo", ["connection": "close"])],
            closes: true
        ),
        .init(
            "RFC 9112 9.3",
            "HTTP/1.0 with keep-alive goes on, and is told so",
            "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            [.ok("/echo", ["connection": "keep-alive"])]
        ),
        .init(
            "RFC 9112 9.3.2",
            "answers come in the order of the requests",
            get("/echo1") + "POST /echo2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                + get("/404") + get("/echo4"),
            [.ok("/echo1"), .ok("/echo2x"), .init(status: 404), .ok("/echo4")]
        ),
    ]
}
