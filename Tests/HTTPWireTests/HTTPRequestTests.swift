import Testing

@testable import HTTPWire

@Suite struct HTTPRequestTests {
    @Test func `a request made in process is what a socket would have brought`() throws {
        let request = try HTTPRequest(
            .post,
            "/v1/keys?limit=2",
            headers: [HTTPField("Content-Type", "application/json"), HTTPField("X-A", "1")],
            body: [1, 2, 3],
            peerAddress: "192.0.2.7"
        )
        #expect(request.method == .post)
        #expect(request.path == "/v1/keys")
        #expect(Array(request.pathBytes) == Array("/v1/keys".utf8))
        #expect(request.query == "limit=2")
        #expect(request.header("host") == "localhost")
        #expect(request.header("content-length") == "3")
        #expect(
            request.headerBytes("content-type").map(Array.init)
                == Array("application/json".utf8)
        )
        #expect(request.body == [1, 2, 3])
        #expect(request.peerAddress == "192.0.2.7")
        #expect(request.keepsAlive)
    }

    @Test func `tells how often a field stands, and which is the first`() throws {
        let headers = [HTTPField("Authorization", "one"), HTTPField("authorization", "two")]
        let request = try HTTPRequest(.get, "/", headers: headers)
        #expect(request.headerCount("authorization") == 2)
        #expect(request.headerBytes("authorization").map(Array.init) == Array("one".utf8))
        #expect(request.header("authorization") == "one, two")
        #expect(request.headerCount("cookie") == 0)
        #expect(request.headerBytes("cookie") == nil)
        #expect(request.header("cookie") == nil)
    }

    @Test(arguments: ["", "x", "/ HTTP/1.1\r\nHost: a\r\n\r\nGET /", "/\u{E9}"])
    func `refuses a target that is none`(_ target: String) {
        let expected = #expect(throws: HTTPRefusal.self) { try HTTPRequest(.get, target) }
        #expect(expected?.reason == .badRequest)
    }

    @Test func `refuses headers that would make another request`() {
        let field = HTTPField("X-A", "1\r\n\r\nGET /other HTTP/1.1\r\nHost: b")
        #expect(throws: HTTPRefusal.self) { try HTTPRequest(.get, "/", headers: [field]) }
    }
}
