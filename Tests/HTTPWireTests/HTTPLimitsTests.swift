import Testing

@testable import HTTPWire

@Suite struct HTTPLimitsTests {
    private static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.targetByteCountMax = 16
        limits.headerByteCountMax = 64
        limits.fieldCountMax = 3
        limits.bodyByteCountMax = 10
        limits.trailerByteCountMax = 12
        limits.chunkExtensionByteCountMax = 5
        return limits
    }()

    /// The status of the refusal, or nil when a request came of the bytes.
    private func status(_ text: String) -> Int? {
        let transcript = WireTranscript(text, limits: Self.limits)
        #expect((transcript.refusal == nil) == (transcript.entries.count == 1), "\(text)")
        return transcript.refusal?.status
    }

    @Test func `a target of the limit passes, one more byte is 414`() {
        let target = "/" + String(repeating: "a", count: 15)
        #expect(status(Head.text("GET \(target) HTTP/1.1", "Host: a")) == nil)
        #expect(status(Head.text("GET \(target)b HTTP/1.1", "Host: a")) == 414)
    }

    @Test func `a request line without an end is 414 before it is read whole`() {
        #expect(
            WireTranscript("GET /" + String(repeating: "a", count: 74), limits: Self.limits)
                .refusal == nil
        )
        #expect(
            WireTranscript("GET /" + String(repeating: "a", count: 75), limits: Self.limits)
                .refusal?
                .status == 414
        )
    }

    @Test func `a header block of the limit passes, one more byte is 431`() {
        // "Host: a" and "X-A: " with their line ends and the blank line are 18 bytes.
        let value = String(repeating: "v", count: 64 - 18)
        #expect(status(Head.get("X-A: \(value)")) == nil)
        #expect(status(Head.get("X-A: \(value)w")) == 431)
    }

    @Test func `as many fields as the limit pass, one more is 431`() {
        #expect(status(Head.get("A: 1", "B: 2")) == nil)
        #expect(status(Head.get("A: 1", "B: 2", "C: 3")) == 431)
    }

    @Test func `a declared body of the limit passes, one more byte is 413 without the body`() {
        let head = { (length: String) in
            Head.text("PUT / HTTP/1.1", "Host: a", "Content-Length: \(length)")
        }
        #expect(status(head("10") + "0123456789") == nil)
        #expect(status(head("11")) == 413)
        #expect(status(head("99999999999999999999999")) == 413)
        #expect(status(head("18446744073709551616")) == 413)
    }

    @Test func `a chunked body of the limit passes, one more byte is 413 at its size line`() {
        #expect(status(Head.chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")) == nil)
        #expect(status(Head.chunked("5\r\n01234\r\n6\r\n")) == 413)
        #expect(status(Head.chunked("B\r\n")) == 413)
        #expect(status(Head.chunked("fffffffffffffff\r\n")) == 413)
    }

    @Test func `trailers of the limit pass, one more byte is 431`() {
        #expect(status(Head.chunked("0\r\nA: bcdef\r\n\r\n")) == nil)
        #expect(status(Head.chunked("0\r\nA: bcdefg\r\n\r\n")) == 431)
    }

    @Test func `chunk extensions of the limit pass, one more byte is 400`() {
        #expect(status(Head.chunked("1;abcd\r\na\r\n0\r\n\r\n")) == nil)
        #expect(status(Head.chunked("1;abcde\r\na\r\n0\r\n\r\n")) == 400)
        #expect(status(Head.chunked("1;ab\r\na\r\n1;cd\r\na\r\n0\r\n\r\n")) == 400)
    }

    @Test func `four blank lines before a request pass, a fifth is 400`() {
        let request = Head.text("GET / HTTP/1.1", "Host: a")
        #expect(status(String(repeating: "\r\n", count: 4) + request) == nil)
        #expect(status(String(repeating: "\r\n", count: 5) + request) == 400)
    }

    @Test(arguments: [
        ("GET / HTTP/2.0", 505), ("GET / HTTP/0.9", 505), ("GET / HTTP/1.2", 505),
        ("GET / HTTP/3.1", 505), ("TRACE / HTTP/1.1", 501), ("CONNECT / HTTP/1.1", 501),
        ("get / HTTP/1.1", 501), ("PROPFIND / HTTP/1.1", 501), ("GETT / HTTP/1.1", 501),
    ])
    func `refuses what is not implemented`(_ line: String, _ expected: Int) {
        #expect(status(Head.text(line, "Host: a")) == expected)
    }

    @Test func `refuses codings and expectations it does not know`() {
        let gzip = "Transfer-Encoding: gzip, chunked"
        #expect(status(Head.text("PUT / HTTP/1.1", "Host: a", gzip)) == 501)
        #expect(status(Head.get("Expect: 200-ok")) == 417)
        #expect(status(Head.get("Expect: 100-continue", "Expect: x")) == 417)
        #expect(status(Head.text("GET / HTTP/1.0", "Host: a", "Expect: 200-ok")) == nil)
    }

    @Test func `every refusal has a status of its class and a code`() {
        for reason in HTTPRefusal.Reason.allCases {
            #expect((400...599).contains(reason.status))
            #expect(reason.code == reason.code.uppercased())
            #expect(HTTPRefusal(reason, detail: "").code == reason.code)
        }
    }
}
