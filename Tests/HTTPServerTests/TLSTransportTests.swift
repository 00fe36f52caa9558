import HTTPWire
import Platform
import TLSTesting
import Testing

@testable import HTTPServer

@Suite struct TLSTransportTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(arguments: [1, 7, 100, 1_000_000])
    func `requests arrive whole, however their records are split`(_ count: Int) async throws {
        try await TLSTestServer.run { server in
            let client = server.client { settings in settings.pieceByteCountMax = count }
            let wire = WireClient(over: try await server.connect(client))
            let body = String(repeating: "b", count: 2_000)
            try await wire.send(
                "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n\(body)" + Self.get
            )
            #expect(try await wire.answer()?.text == "/p" + body)
            #expect(try await wire.answer()?.text == "/a")
        }
    }

    @Test func `large bodies travel both ways`() async throws {
        try await TLSTestServer.run { server in
            let wire = WireClient(over: try await server.connect())
            let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            for _ in 0..<3 {
                let head = "PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n"
                try await wire.send(Array(head.utf8) + body)
                let answer = try await wire.answer()
                #expect(answer?.body.count == body.count + 2)
                #expect(answer.map { Array($0.body.dropFirst(2)) == body } == true)
            }
        }
    }

    @Test func `an answer waits for a client that reads late`() async throws {
        let body = [UInt8](repeating: 0x61, count: 16 << 20)
        let route: TestServer.Route = { _ in .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        try await TLSTestServer.run(route) { server in
            let wire = WireClient(over: try await server.connect())
            try await wire.send(Self.get + Self.get)
            try await Patience.wait { server.statistics.requests == 1 }
            try await Task.sleep(for: .milliseconds(50))
            // The second one waits for room in front of it.
            #expect(server.statistics.requests == 1)
            #expect(try await wire.answer()?.body.count == body.count)
            #expect(try await wire.answer()?.body.count == body.count)
        }
    }

    @Test func `pipelined requests are answered in order, also many at once`() async throws {
        try await TLSTestServer.run { server in
            let wire = WireClient(over: try await server.connect())
            // More than one receive takes, in many records: what is left over in the session is
            // served, though no poller tells of it.
            let paths = (0..<4_000).map { "/\($0)" }
            try await wire.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for path in paths { #expect(try await wire.answer()?.text == path) }
        }
    }

    @Test func `requests behind a suspended one are not stranded`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            guard request.path == "/wait" else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await TLSTestServer.run(route) { server in
            let wire = WireClient(over: try await server.connect())
            try await wire.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Patience.wait { gate.arrivalCount == 1 }
            try await wire.send(Self.get)
            try await wire.send(Self.get)
            gate.open()
            #expect(try await wire.answer()?.text == "/wait")
            #expect(try await wire.answer()?.text == "/a")
            #expect(try await wire.answer()?.text == "/a")
        }
    }

    @Test func `a client that has said goodbye gets its answers, then ours`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect()
            let wire = WireClient(over: socket)
            try await wire.send(Self.get + Self.get)
            socket.sayGoodbye()
            #expect(try await wire.answer()?.text == "/a")
            #expect(try await wire.answer()?.text == "/a")
            #expect(try await wire.answer() == nil)
            #expect(socket.wasToldOfEnd)
        }
    }

    @Test func `a connection that ends without goodbye has ended`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect()
            let wire = WireClient(over: socket)
            try await wire.send(Self.get)
            socket.socket.endSending()
            #expect(try await wire.answer()?.text == "/a")
            #expect(try await wire.answer() == nil)
            #expect(socket.wasToldOfEnd)
        }
    }

    @Test func `a last answer is followed by a goodbye`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect()
            let wire = WireClient(over: socket)
            try await wire.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            socket.sayGoodbye()
            #expect(try await wire.answer()?.text == "/a")
            #expect(try await wire.answer() == nil)
            #expect(socket.wasToldOfEnd)
            socket.endSending()
            try await server.plain.waitUntilEmpty()
        }
    }

    @Test func `a damaged record ends the connection and nothing else`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect()
            #expect(try await server.get("/a", over: socket)?.text == "/a")
            let record: [UInt8] = [0x17, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32)
            #expect(socket.socket.send(record[...]) == .bytes(37))
            try await server.plain.waitUntilEmpty()
            let next = try await server.connect()
            #expect(try await server.get("/b", over: next)?.text == "/b")
        }
    }

    @Test func `a drain says goodbye to idle clients, and lets what runs be answered`()
        async throws
    {
        let gate = Gate()
        let route: TestServer.Route = { request in
            guard request.path == "/wait" else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await TLSTestServer.run(route) { server in
            let idle = try await server.connect()
            #expect(try await server.get("/a", over: idle)?.text == "/a")
            let busy = WireClient(over: try await server.connect())
            try await busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Patience.wait { gate.arrivalCount == 1 }
            // One that has only connected does not hold the drain up.
            let silent = try SocketPeer(connectingTo: server.plain.address)
            try await Patience.wait { server.statistics.peers == 3 }
            async let drained: Void = server.plain.server.drain()
            #expect(try await WireClient(over: idle).answer() == nil)
            #expect(idle.wasToldOfEnd)
            gate.open()
            let answer = try await busy.answer()
            #expect(answer?.text == "/wait" && answer?.closes == true)
            await drained
            withExtendedLifetime(silent) {}
        }
    }
}
