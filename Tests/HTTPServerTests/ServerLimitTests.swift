import HTTPWire
import Testing

@testable import HTTPServer

/// Each limit that fires is counted under its own name, and no other is.
@Suite struct ServerLimitTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let soon = Duration.milliseconds(60)

    /// Runs a server, and waits until one limit has fired on it.
    private static func expect(
        _ limit: ServerLimit,
        route: @escaping TestServer.Route = TestHandler.echo,
        configure: (inout ServerConfiguration) -> Void,
        provoke: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(route, configure: configure) { server in
            try await provoke(server)
            try await Patience.wait { !server.server.statistics.limitsReached.isEmpty }
            #expect(server.server.statistics.limitsReached == [limit: 1])
        }
    }

    @Test func `a head that is late`() async throws {
        try await Self.expect(.headerTimeout) { configuration in
            configuration.deadlines.header = Self.soon
        } provoke: { server in
            let client = try server.connect()
            try await client.send("GET / HT")
            #expect(try await client.answer()?.status == 408)
            #expect(server.server.statistics.refusalsByReason == [.timeout: 1])
        }
    }

    @Test func `a body that is late although it is fast`() async throws {
        try await Self.expect(.bodyTimeout) { configuration in
            configuration.deadlines.body = Self.soon
        } provoke: { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 80_000))
            #expect(try await client.answer()?.status == 408)
        }
    }

    @Test(arguments: ["", get])
    func `a connection that asks nothing, at first or later`(_ text: String) async throws {
        try await Self.expect(.idle) { configuration in
            configuration.deadlines.header = Self.soon
            configuration.deadlines.idle = Self.soon
        } provoke: { server in
            let client = try server.connect()
            if !text.isEmpty {
                try await client.send(text)
                #expect(try await client.answer()?.text == "/a")
            }
            #expect(try await client.answer() == nil)
        }
    }

    @Test func `a reader that takes nothing`() async throws {
        let body = [UInt8](repeating: 0x61, count: 32 << 20)
        let route: TestServer.Route = { _ in
            .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        try await Self.expect(.writeStall, route: route) { configuration in
            configuration.deadlines.writeStall = .milliseconds(200)
            configuration.rates.answerByteCount = 0
        } provoke: { server in
            let client = try server.connect()
            try await client.send(Self.get)
            try await server.waitUntilEmpty()
        }
    }

    @Test func `a client that does not close after its last answer`() async throws {
        try await Self.expect(.linger) { configuration in
            configuration.deadlines.linger = Self.soon
        } provoke: { server in
            let client = try server.connect()
            try await client.send("\u{1}")
            try await server.waitUntilEmpty()
            #expect(try await client.answer()?.status == 400)
            #expect(server.server.statistics.refusalsByReason == [.badRequest: 1])
        }
    }

    @Test(
        arguments: [(1 << 16, nil), ((1 << 16) + 1, ServerLimit.lingerBytes)]
            as [(Int, ServerLimit?)]
    )
    func `a client that goes on sending after its last answer`(
        _ byteCount: Int,
        _ limit: ServerLimit?
    ) async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.lingerByteCountMax = 1 << 16
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send("\u{1}")
            #expect(try await client.answer()?.status == 400)
            try await client.send([UInt8](repeating: 0x61, count: byteCount))
            // Whoever has ended is let go, however much is unread.
            if limit == nil { client.endSending() }
            try await server.waitUntilEmpty()
            #expect(server.server.statistics.limitsReached == (limit.map { [$0: 1] } ?? [:]))
        }
    }

    @Test func `a connection over the total`() async throws {
        try await Self.expect(.peers) { configuration in
            configuration.peerCountMax = 1
            configuration.peerCountMaxPerAddress = 1
        } provoke: { server in
            try await Self.fill(server)
        }
    }

    @Test func `a connection over its address's share`() async throws {
        try await Self.expect(.peersPerAddress) { configuration in
            configuration.peerCountMaxPerAddress = 1
        } provoke: { server in
            try await Self.fill(server)
        }
    }

    /// Takes the only place, and asks for one more.
    private static func fill(_ server: TestServer) async throws {
        let first = try server.connect()
        try await first.send(get)
        #expect(try await first.answer()?.text == "/a")
        let second = try server.connect()
        let answer = try await second.answer()
        #expect(answer?.status == 503 && answer?["retry-after"] == "1")
        #expect(server.server.statistics.refusalsByReason == [.tooManyPeers: 1])
    }

    @Test func `a drain that ends too soon for a request`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await Self.expect(.drain, route: route) { configuration in
            configuration.deadlines.drain = Self.soon
        } provoke: { server in
            let client = try server.connect()
            try await client.send(Self.get)
            try await Patience.wait { gate.arrivalCount == 1 }
            await server.server.drain()
            gate.open()
        }
    }

    @Test func `names are words for a metric, each its own`() {
        let names = ServerLimit.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.utf8.allSatisfy { byte in (0x61...0x7A).contains(byte) || byte == 0x5F })
        }
    }
}
