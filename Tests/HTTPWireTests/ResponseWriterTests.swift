import Testing

@testable import HTTPWire

@Suite struct ResponseWriterTests {
    private static let date = HTTPDate.fieldLine(secondsSince1970: 0)
    private static let dateText = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

    private func head(
        _ response: HTTPResponse,
        isHTTP11: Bool = true,
        isHead: Bool = false,
        closes: Bool = false
    ) -> String {
        let context = ResponseWriter.Context(isHTTP11: isHTTP11, isHead: isHead, closes: closes)
        var output: [UInt8] = []
        ResponseWriter.appendHead(of: response, for: context, date: Self.date, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private let stream = HTTPBody.stream { writer in try await writer.write([]) }

    @Test func `writes status line, length, fields, date and blank line`() {
        let response = HTTPResponse(
            status: 200,
            headers: [HTTPField("Content-Type", "text/plain")],
            body: .bytes(Array("hello".utf8))
        )
        let expected =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n" + Self.dateText
            + "\r\n"
        #expect(head(response) == expected)
        // The answer to HEAD has the same head; the server leaves the body away.
        #expect(head(response, isHead: true) == expected)
    }

    @Test func `an empty answer has length 0, and 204 and 304 have none`() {
        let empty = head(HTTPResponse(status: 404))
        #expect(empty == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\(Self.dateText)\r\n")
        for (status, reason) in [(204, "No Content"), (304, "Not Modified")] {
            let expected = "HTTP/1.1 \(status) \(reason)\r\n\(Self.dateText)\r\n"
            #expect(head(HTTPResponse(status: status, body: .bytes([1]))) == expected)
            #expect(head(HTTPResponse(status: status, body: stream)) == expected)
            let prepared = PreparedHead(status: status, headers: [], bodyByteCount: 0)
            #expect(head(HTTPResponse(prepared: prepared, body: [])) == expected)
        }
    }

    @Test func `a stream is chunked for HTTP 1_1 and ends with the connection for 1_0`() {
        let response = HTTPResponse(status: 200, body: stream)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\(Self.dateText)\r\n"
        #expect(head(response) == chunked)
        let closing = "HTTP/1.1 200 OK\r\n\(Self.dateText)Connection: close\r\n\r\n"
        #expect(head(response, isHTTP11: false, closes: true) == closing)
    }

    @Test func `says what becomes of the connection`() {
        let response = HTTPResponse(status: 200)
        #expect(!head(response).contains("Connection:"))
        #expect(head(response, closes: true).contains("Connection: close\r\n"))
        #expect(head(response, isHTTP11: false).contains("Connection: keep-alive\r\n"))
        #expect(head(response, isHTTP11: false, closes: true).contains("Connection: close\r\n"))
    }

    @Test func `the connection's own fields cannot be contradicted`() {
        let names = ["Date", "CONNECTION", "content-length", "Transfer-Encoding"]
        let fields = names.map { name in HTTPField(name, "x") } + [HTTPField("X-Date", "kept")]
        let text = head(HTTPResponse(status: 200, headers: fields))
        let expected =
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Date: kept\r\n\(Self.dateText)\r\n"
        #expect(text == expected)
        let prepared = PreparedHead(status: 200, headers: fields, bodyByteCount: 0)
        let answer = HTTPResponse(prepared: prepared, headers: fields, body: [])
        #expect(head(answer).contains(": x\r\n") == false)
    }

    @Test func `a control byte in a value cannot start another field`() {
        let field = HTTPField("Location", "/a\r\nSet-Cookie: x\u{0}\u{7F}\u{E9}")
        let text = head(HTTPResponse(status: 201, headers: [field]))
        #expect(text.contains("Location: /a  Set-Cookie: x  \u{E9}\r\n"))
    }

    @Test func `a prepared head gives the bytes of an unprepared one`() {
        let fields = [HTTPField("ETag", "\"7\""), HTTPField("X-Content-Type-Options", "nosniff")]
        let body = [UInt8](repeating: 0x61, count: 1_234)
        let prepared = PreparedHead(status: 200, headers: fields, bodyByteCount: body.count)
        let extra = HTTPField("X-Request-ID", "r1")
        let answer = HTTPResponse(prepared: prepared, headers: [extra], body: body)
        let expected =
            "HTTP/1.1 200 OK\r\nETag: \"7\"\r\nX-Content-Type-Options: nosniff\r\n"
            + "Content-Length: 1234\r\nX-Request-ID: r1\r\n\(Self.dateText)\r\n"
        #expect(head(answer) == expected)
    }

    @Test func `a prepared head for another body stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let prepared = PreparedHead(status: 200, headers: [], bodyByteCount: 1)
            _ = HTTPResponse(prepared: prepared, body: [])
        }
    }

    @Test(arguments: [199, 600])
    func `an answer without a final status stops the process`(_ status: Int) async {
        await #expect(processExitsWith: .failure) { [status] in
            var output: [UInt8] = []
            ResponseWriter.appendStatusLine(status, to: &output)
        }
    }

    @Test(arguments: [1, 15, 16, 255, 4_096])
    func `a chunk says its size in hexadecimal`(_ byteCount: Int) {
        let bytes = [UInt8](repeating: 0x61, count: byteCount)
        var output: [UInt8] = []
        ResponseWriter.appendChunk(bytes, to: &output)
        ResponseWriter.appendLastChunk(to: &output)
        let size = Array(String(byteCount, radix: 16).utf8)
        #expect(output == size + [13, 10] + bytes + Array("\r\n0\r\n\r\n".utf8))
    }

    @Test func `the parser reads back what the writer chunks`() {
        var wire: [UInt8] = Array(Head.chunked("").utf8)
        ResponseWriter.appendChunk(Array("hello ".utf8), to: &wire)
        ResponseWriter.appendChunk(Array("world".utf8), to: &wire)
        ResponseWriter.appendLastChunk(to: &wire)
        #expect(WireTranscript([wire[...]]).entries.first?.body == Array("hello world".utf8))
    }

    @Test func `every status that is sent has a reason phrase`() {
        let statuses =
            [200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 412, 413]
            + [414, 415, 417, 422, 428, 429, 431, 500, 501, 502, 503, 504, 505]
        for status in statuses {
            #expect(ReasonPhrase.of(status).contains("Error") == (status == 500))
        }
        #expect(ReasonPhrase.of(499) == "Client Error")
        #expect(ReasonPhrase.of(599) == "Server Error")
    }
}
