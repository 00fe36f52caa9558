import Testing

@testable import HTTPWire

/// A message that two servers could read differently is refused, never guessed.
@Suite struct SmugglingTests {
    private func expectRefused(_ bytes: [UInt8], _ name: String) {
        let transcript = WireTranscript([bytes[...]])
        #expect(transcript.entries.isEmpty, "\(name)")
        #expect(transcript.refusal?.status == 400, "\(name): \(transcript)")
    }

    @Test(arguments: [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 5,6",
        "Content-Length: +5",
        "Content-Length: -0",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 5.0",
        "Content-Length: 5;",
        "Content-Length: \u{661}",
        "Content-Length:",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\ncontent-length: 0",
    ])
    func `refuses an ambiguous length`(_ lines: String) {
        expectRefused(Array((Head.text("POST / HTTP/1.1", "Host: a", lines) + "hello").utf8), lines)
    }

    @Test(arguments: [
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: chun\u{212A}ed",
        "Transfer-Encoding:",
        "Transfer-Encoding: \u{B}chunked",
    ])
    func `refuses a transfer coding that does not end in one chunked`(_ lines: String) {
        let head = Head.text("POST / HTTP/1.1", "Host: a", lines)
        expectRefused(Array((head + "0\r\n\r\n").utf8), lines)
    }

    @Test func `refuses Transfer-Encoding in HTTP 1_0`() {
        let head = Head.text("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked")
        expectRefused(Array((head + "0\r\n\r\n").utf8), "TE in 1.0")
    }

    @Test(arguments: [
        "X-A: 1\r\n folded",
        "X-A: 1\r\n\tfolded",
        " X-A: first line folded",
        "X-A : space before the colon",
        "X-A\t: tab before the colon",
        "X A: space inside",
        ": no name",
        "no colon",
        "X-\u{E9}: not ASCII",
        "X(A): not a token",
        "Transfer-Encoding : chunked",
        "X-A: 1\rX-B: 2",
        "X-A: 1\r\r",
        "X-A: nul \u{0} inside",
        "X-A: bell \u{7}",
        "X-A: delete \u{7F}",
        "X-\u{0}A: nul in the name",
    ])
    func `refuses a malformed field line`(_ line: String) {
        expectRefused(Array(Head.get(line).utf8), line)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\rHTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n",
    ])
    func `refuses a line that does not end in CR LF`(_ text: String) {
        expectRefused(Array(text.utf8), text)
    }

    @Test(arguments: [
        "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET / HTTP/1.1 ",
        " GET / HTTP/1.1", "GET / x HTTP/1.1", "GET /", "GET", "GET HTTP/1.1", "/ HTTP/1.1",
        "G@T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1.1.1", "GET / HTTP/1,1",
        "GET / HTTP/1.", "GET / HTTP/ 1.1", "GET / XTTP/1.1", "GET /\u{0} HTTP/1.1",
        "PRI * HTTP/2.0", "GET / HTTP/+1.1", "\u{1}",
    ])
    func `refuses a malformed request line`(_ line: String) {
        expectRefused(Array(Head.text(line, "Host: a").utf8), line)
    }

    @Test(arguments: [
        "x", "*", "/a#b", "/a?b#c", "/\u{E9}", "/%", "/%4", "/%4g", "/%g4", "/?%zz", "/a\\b", "/<",
        "/\"", "/a?\"", "/{x}", "/^", "/`", "/|", "http:///x", "http://", "ftp://a/", "http:/a",
        "http://u@a/", "http://u:p@a/", "http://a:x/", "http://a:99999/", "http://[/", "http://[]/",
        "http://a b/", "//a\u{7F}", "a:80", "http://a#f", "https://",
    ])
    func `refuses a malformed target`(_ target: String) {
        expectRefused(Array(Head.text("GET \(target) HTTP/1.1", "Host: a").utf8), target)
    }

    @Test(arguments: [
        "X-A: no host", "Host:", "Host: a\r\nHost: a", "Host: a\r\nhost: b", "Host: a b",
        "Host: http://a", "Host: a/b", "Host: u@a", "Host: a:b", "Host: a:65536",
        "Host: :80", "Host: [::1", "Host: []", "Host: [::1]x", "Host: a#b", "Host: a?b",
        "Host: a\\b", "Host: \u{E9}", "Host: a:80:80", "Host: a:-1",
    ])
    func `refuses a missing, doubled or invalid host`(_ lines: String) {
        expectRefused(Array(Head.text("GET / HTTP/1.1", lines).utf8), lines)
    }

    @Test(arguments: ["http://b/", "http://a:80/", "https://a.b/", "http://ab/"])
    func `refuses an absolute target that disagrees with Host`(_ target: String) {
        expectRefused(Array(Head.text("GET \(target) HTTP/1.1", "Host: a").utf8), target)
        expectRefused(Array(Head.text("GET \(target) HTTP/1.0", "Host: a").utf8), target)
    }

    @Test(arguments: [
        "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1\t\r\n", "1 2\r\n", "1 x\r\n",
        "1 \n", " ;x\r\n", "\r\n", ";x\r\n",
        "1\nx", "1\rx", "1\r\nab\r\n", "1\r\na\n0\r\n\r\n", "1\r\na\r0\r\n\r\n",
        "1\r\na0\r\n\r\n", "1;x\u{0}\r\n", "1;x\n", "1;x\ry", "1\r\na\r\n\r\n",
        "00000000000000001\r\na\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "10000000000000000\r\n",
        "1\u{0}\r\n", "1,1\r\n",
    ])
    func `refuses a malformed chunk`(_ body: String) {
        expectRefused(Array(Head.chunked(body).utf8), body)
    }

    @Test(arguments: [
        "X A: b\r\n\r\n", " X: b\r\n\r\n", "X\r\n\r\n", ": b\r\n\r\n", "X : b\r\n\r\n",
        "X: b\n\r\n", "X: b\r\r\n", "X: \u{0}\r\n\r\n", "X: b\r\n y\r\n\r\n", "\n", "\r\r",
    ])
    func `refuses a malformed trailer`(_ trailer: String) {
        expectRefused(Array(Head.chunked("0\r\n" + trailer).utf8), trailer)
    }

    @Test func `what is hidden in a body is not a request`() {
        let inner = Head.text("GET /inner HTTP/1.1", "Host: a")
        let outer = Head.text(
            "POST /outer HTTP/1.1",
            "Host: a",
            "Content-Length: \(inner.utf8.count)"
        )
        let transcript = WireTranscript(outer + inner + Head.get())
        #expect(transcript.entries.map(\.path) == ["/outer", "/"])
    }
}
