import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct DeadlineTests {
    private static let soon = Duration.milliseconds(60)

    @Test(arguments: [
        "GET / HTTP/1.1\r\nX-Request-ID: slow\r\nHost",
        "PUT / HTTP/1.1\r\nX-Request-ID: slow\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "PUT / HTTP/1.1\r\nX-Request-ID: slow\r\nHost: a\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\n",
    ])
    func `a request that does not arrive in time is answered 408`(_ part: String) async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.header = Self.soon
            configuration.deadlines.body = Self.soon
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + part)
            #expect(try await client.answer()?.text == "/1")
            let answer = try await client.answer()
            #expect(answer?.status == 408 && answer?.closes == true)
            #expect(answer?["x-request-id"] == "slow")
            #expect(try await client.answer() == nil)
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nX: ", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n",
    ])
    func `dripping bytes does not move the deadline`(_ start: String) async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.header = Self.soon
            configuration.deadlines.body = Self.soon
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send(start)
            try await Patience.wait {
                _ = client.sendNow([0x61])
                return try client.hasUnread()
            }
            client.endSending()
            #expect(try await client.answer()?.status == 408)
        }
    }

    @Test func `a connection that says nothing is closed without an answer`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.header = Self.soon
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            #expect(try await client.answer() == nil)
            #expect(server.server.statistics.refusals == 0)
        }
    }

    @Test func `an idle connection is closed after its answers`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.idle = Self.soon
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\n")
            #expect(try await client.answer()?.text == "/1")
            #expect(try await client.answer() == nil)
            try await server.waitUntilEmpty()
        }
    }

    @Test func `a suspended handler may take longer than any deadline`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.header = .milliseconds(20)
            configuration.deadlines.body = .milliseconds(20)
            configuration.deadlines.idle = .milliseconds(20)
            configuration.deadlines.writeStall = .milliseconds(20)
        }
        let route: TestServer.Route = { request in
            .suspended {
                do { try await Task.sleep(for: .milliseconds(150)) } catch {}
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route, configure: configure) { server in
            let client = try server.connect()
            try await client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.answer()?.text == "/1")
        }
    }

    @Test func `a reader that stalls is closed`() async throws {
        let body = [UInt8](repeating: 0x61, count: 32 << 20)
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.writeStall = Self.soon
        }
        let route: TestServer.Route = { _ in .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        try await TestServer.run(route, configure: configure) { server in
            let client = try server.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            try await server.waitUntilEmpty()
            await #expect(throws: WireClient.Failure.self) { try await client.answer() }
        }
    }

    @Test func `a refused client that neither reads nor closes is closed`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.linger = Self.soon
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send("\u{1}")
            try await server.waitUntilEmpty()
            #expect(try await client.answer()?.status == 400)
        }
    }
}
