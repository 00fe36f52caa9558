import Testing

@testable import Outbound

@Suite struct ResponseHeadTests {
    private static func read(_ lines: [String], decodes: Bool = true) -> ResponseHead {
        var head = ResponseHead()
        for line in lines {
            #expect(head.take(Array("\(line)\r\n".utf8), decodes: decodes) == .taken)
        }
        return head
    }

    private static func pairs(_ headers: [OutboundHeader]) -> [String] {
        headers.map { "\($0.name)=\($0.value)" }
    }

    @Test func `keeps fields in their order, without white space around the value`() {
        let head = Self.read(["HTTP/1.1 200 OK", "A: 1", "b:2", "A:\t x y \t", "empty:", ""])
        #expect(Self.pairs(head.headers) == ["A=1", "b=2", "A=x y", "empty="])
    }

    @Test func `leaves interim answers and trailers behind`() {
        let head = Self.read([
            "HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK", "A: 1", "", "Trailer: z",
        ])
        #expect(Self.pairs(head.headers) == ["A=1"])
    }

    @Test func `joins a folded line to the value before it`() {
        let head = Self.read(["HTTP/1.1 200 OK", "A: 1", "  2", "\t3", ""])
        #expect(Self.pairs(head.headers) == ["A=1 2 3"])
    }

    @Test func `passes over lines that are no field`() {
        let head = Self.read(["HTTP/1.1 200 OK", " folded", "nonsense", "A: 1", ""])
        #expect(Self.pairs(head.headers) == ["A=1"])
    }

    @Test func `takes bytes that are not UTF-8`() {
        var head = ResponseHead()
        #expect(head.take([0x41, 0x3A, 0xFF, 0x0D, 0x0A], decodes: true) == .taken)
        #expect(Self.pairs(head.headers) == ["A=\u{FFFD}"])
    }

    @Test(arguments: ["br", "deflate", "gzip, gzip", "zstd"])
    func `refuses an encoding that was not asked for`(_ encoding: String) {
        var head = ResponseHead()
        let line = Array("Content-Encoding: \(encoding)\r\n".utf8)
        #expect(head.take(line, decodes: false) == .taken)
        #expect(head.take(line, decodes: true) == .unknownEncoding)
    }

    @Test func `hides the encoding that was removed`() {
        let head = Self.read(["Content-Encoding: GZIP", "Content-Length: 9", "A: 1", ""])
        #expect(Self.pairs(head.decodedHeaders) == ["A=1"])
        let plain = Self.read(["Content-Length: 9", "Content-Encoding: identity", ""])
        #expect(plain.decodedHeaders.count == 2)
    }

    @Test func `refuses by length`() {
        var head = ResponseHead()
        let line = [UInt8](repeating: 0x61, count: OutboundResponse.headByteCountMax)
        #expect(head.take(line, decodes: true) == .taken)
        #expect(head.take([0x61], decodes: true) == .tooLarge)
    }
}
