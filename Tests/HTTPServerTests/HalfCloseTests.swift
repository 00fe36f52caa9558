import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct HalfCloseTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `a client that has ended its side gets its answers, then the end`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.get + Self.get)
            client.endSending()
            #expect(try await client.answer()?.text == "/a")
            #expect(try await client.answer()?.text == "/a")
            #expect(try await client.answer() == nil)
        }
    }

    @Test func `a suspended answer reaches a client that has ended its side`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get + Self.get)
            client.endSending()
            try await Patience.wait { gate.arrivalCount == 1 }
            let turns = server.server.statistics.turns
            try await Task.sleep(for: .milliseconds(50))
            // The end of the input stays readable; the loop must not spin on it.
            #expect(server.server.statistics.turns - turns < 100)
            gate.open()
            #expect(try await client.answer()?.text == "/a")
            #expect(try await client.answer()?.text == "/a")
            #expect(try await client.answer() == nil)
        }
    }

    @Test func `a large answer reaches a client that has ended its side`() async throws {
        let body = [UInt8](repeating: 0x61, count: 8 << 20)
        let route: TestServer.Route = { _ in .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            client.endSending()
            #expect(try await client.answer()?.body.count == body.count)
            #expect(try await client.answer() == nil)
        }
    }

    @Test(arguments: [
        "GET / HT", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab", "\r\n",
    ])
    func `a request that will never be whole ends the connection`(_ part: String) async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(Self.get + part)
            client.endSending()
            #expect(try await client.answer()?.text == "/a")
            #expect(try await client.answer() == nil)
            #expect(server.server.statistics.requests == 1)
        }
    }
}
