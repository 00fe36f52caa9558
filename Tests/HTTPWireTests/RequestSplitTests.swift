import Testing

@testable import HTTPWire

/// The result must not depend on how the network cut the bytes.
@Suite struct RequestSplitTests {
    static let streams: [String] = [
        Head.get("X-A: one", "X-Request-ID: r1"),
        "\r\n\r\n" + Head.get("X-A: after blank lines") + "\r\n" + Head.get(),
        Head.text("POST /p/%41?q=1 HTTP/1.1", "Host: a:80", "Content-Length: 5") + "hello",
        Head.chunked("5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-T: v\r\n\r\n"),
        Head.text("POST /a HTTP/1.1", "Host: a", "Content-Length: 3") + "abc"
            + Head.get("X-A: second") + Head.chunked("A\r\n0123456789\r\n0\r\n\r\n")
            + Head.text("GET /last HTTP/1.0"),
        Head.text("OPTIONS * HTTP/1.1", "Host: [::1]:8080", "x-a: 1", "X-A: 2", "X-Empty:"),
        Head.text("GET http://h.example?x HTTP/1.1", "Host: H.example"),
        Head.get() + Head.text("GET / HTTP/1.1", "Host: a", "X-Request-ID: r2", "Bad name: x"),
        Head.get() + Head.text("BREW / HTTP/1.1", "Host: a", "X-Request-ID: r3"),
        Head.text("POST / HTTP/1.1", "X-Request-ID: r4", "Host: a", "Content-Length: 99999999"),
        Head.chunked("5\r\nhello\r\n1g\r\n"),
        Head.chunked("5\r\nhelloX\r\n"),
        "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "\u{16}\u{3}\u{1}",
        Head.get("X-A: cut short").dropLast(3) + "",
        Head.text("POST / HTTP/1.1", "Host: a", "Content-Length: 50") + "too little",
    ]

    @Test(arguments: streams)
    func `any split in two gives the same result`(_ stream: String) {
        let bytes = Array(stream.utf8)
        let whole = WireTranscript([bytes[...]])
        for cut in 0...bytes.count {
            #expect(WireTranscript([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: streams)
    func `byte by byte gives the same result`(_ stream: String) {
        let bytes = Array(stream.utf8)
        let pieces = bytes.indices.map { index in bytes[index...index] }
        #expect(WireTranscript(pieces) == WireTranscript([bytes[...]]))
    }

    @Test(arguments: streams)
    func `any split in three gives the same result`(_ stream: String) {
        let bytes = Array(stream.utf8)
        let whole = WireTranscript([bytes[...]])
        // Every first cut, and second cuts a few bytes on: what a line end or a digit can hide.
        for first in 0...bytes.count {
            for second in first...min(first + 4, bytes.count) {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                #expect(WireTranscript(pieces) == whole, "cuts at \(first) and \(second)")
            }
        }
    }

    @Test func `a limit is met at the same byte under any split`() {
        var limits = HTTPLimits()
        limits.targetByteCountMax = 8
        limits.headerByteCountMax = 40
        limits.bodyByteCountMax = 6
        limits.trailerByteCountMax = 6
        limits.chunkExtensionByteCountMax = 4
        let streams = [
            "GET /" + String(repeating: "a", count: 200),
            Head.text("GET /aaaaaaaa HTTP/1.1", "Host: a"),
            Head.get("X-A: " + String(repeating: "a", count: 40)),
            Head.chunked("3\r\nabc\r\n4\r\nabcd\r\n0\r\n\r\n"),
            Head.chunked("3;12345\r\nabc\r\n0\r\n\r\n"),
            Head.chunked("3\r\nabc\r\n0\r\nA: bcdef\r\n\r\n"),
        ]
        for stream in streams {
            let bytes = Array(stream.utf8)
            let whole = WireTranscript([bytes[...]], limits: limits)
            #expect(whole.refusal != nil, "\(stream)")
            for cut in 0...bytes.count {
                let split = WireTranscript([bytes[..<cut], bytes[cut...]], limits: limits)
                #expect(split == whole, "cut at \(cut) of \(stream)")
            }
        }
    }

    @Test func `the streams hold what they are meant to hold`() {
        let counts = Self.streams.map { stream in WireTranscript(stream).entries.count }
        #expect(counts == [1, 2, 1, 1, 4, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        let statuses = Self.streams.map { stream in WireTranscript(stream).refusal?.status }
        let refusals = [nil, nil, nil, nil, nil, nil, nil, 400, 501, 413, 400, 400, 400, 400, 400]
        #expect(statuses == refusals + [nil, nil])
        let ids = Self.streams.map { stream in WireTranscript(stream).refusal?.requestID }
        #expect(ids.compactMap(\.self) == ["r2", "r3", "r4"])
    }
}
