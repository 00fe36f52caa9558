import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct ConnectionTests {
    @Test func `serves many requests on one connection`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            for number in 0..<100 {
                try await client.send("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try #require(try await client.answer())
                #expect(answer.status == 200 && answer.text == "/\(number)")
                #expect(answer["connection"] == nil && answer["date"]?.hasSuffix(" GMT") == true)
            }
            #expect(server.server.statistics.accepted == 1)
            #expect(server.server.statistics.requests == 100)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1", "close", "close"), ("HTTP/1.0", "close", "close"),
            ("HTTP/1.0", "x", "close"),
            ("HTTP/1.0", "keep-alive", "keep-alive"), ("HTTP/1.1", "keep-alive", nil),
        ] as [(String, String, String?)]
    )
    func `keeps or closes the connection as asked, and says so`(
        _ version: String,
        _ asked: String,
        _ said: String?
    ) async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send("GET / \(version)\r\nHost: a\r\nConnection: \(asked)\r\n\r\n")
            #expect(try await client.answer()?["connection"] == said)
            if said == "close" {
                #expect(try await client.answer() == nil)
            } else {
                try await client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer()?.text == "/next")
            }
        }
    }

    @Test func `a handler can close the connection`() async throws {
        let route: TestServer.Route = { _ in
            .answer(HTTPResponse(status: 403, closesConnection: true))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.status == 403 && answer?.closes == true)
            #expect(try await client.answer() == nil)
        }
    }

    @Test func `HEAD, 204 and 304 have no body, and the next answer follows at once`() async throws
    {
        let route: TestServer.Route = { request in
            let status = Int(request.path.dropFirst()) ?? 200
            return .answer(HTTPResponse(status: status, body: .bytes(Array("body".utf8))))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            let lines = ["HEAD /200", "GET /204", "GET /304", "GET /200"]
            for line in lines { try await client.send("\(line) HTTP/1.1\r\nHost: a\r\n\r\n") }
            #expect(try await client.answer(toHead: true)?["content-length"] == "4")
            #expect(try await client.answer()?["content-length"] == nil)
            #expect(try await client.answer()?["content-length"] == nil)
            #expect(try await client.answer()?.text == "body")
        }
    }

    @Test func `reads a request that arrives byte by byte`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let request = "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            for byte in Array((request + "3\r\nabc\r\n0\r\n\r\n").utf8) {
                try await client.send([byte])
            }
            #expect(try await client.answer()?.text == "/pabc")
        }
    }

    @Test(arguments: [1 << 10, 63 << 10, 64 << 10, 65 << 10, 1 << 20])
    func `takes and gives bodies of any size up to the limit`(_ byteCount: Int) async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let body = (0..<byteCount).map { index in UInt8(truncatingIfNeeded: index &* 31) }
            let head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(byteCount)\r\n\r\n"
            try await client.send(Array(head.utf8) + body)
            #expect(try await client.answer()?.body == [0x2F] + body)
        }
    }

    @Test func `names the client's address`() async throws {
        let route: TestServer.Route = { request in .text(request.peerAddress) }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.answer()?.text == "127.0.0.1")
        }
    }

    @Test func `answers on every loop`() async throws {
        try await TestServer.run(TestHandler.echo, loopCount: 3) { server in
            let clients = try (0..<9).map { _ in try server.connect() }
            for client in clients { try await client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients { #expect(try await client.answer()?.text == "/x") }
        }
    }
}
