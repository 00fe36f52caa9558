import HTTPWire
import Platform
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct DrainTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func waiting(at gate: Gate) -> TestServer.Route {
        { request in
            guard request.path == "/wait" else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
    }

    @Test func `running requests finish, idle connections close, new ones are refused`()
        async throws
    {
        let gate = Gate()
        try await TestServer.run(Self.waiting(at: gate)) { server in
            let (idle, fresh, busy) = try (server.connect(), server.connect(), server.connect())
            try await idle.send(Self.get)
            #expect(try await idle.answer()?.closes == false)
            try await busy.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get)
            try await Patience.wait { gate.arrivalCount == 1 }
            async let drained: Void = server.server.drain()
            #expect(try await idle.answer() == nil)
            #expect(try await fresh.answer() == nil)
            #expect(throws: SystemError.self) { try server.connect() }
            #expect(server.server.statistics.peers == 1)
            gate.open()
            let answer = try await busy.answer()
            #expect(answer?.text == "/wait" && answer?.closes == true)
            #expect(try await busy.answer() == nil)
            await drained
            #expect(server.server.statistics.peers == 0)
        }
    }

    @Test func `a request on its way when the drain begins is answered`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.drainIdle = .seconds(1)
        }
        let gate = Gate()
        try await TestServer.run(Self.waiting(at: gate), configure: configure) { server in
            let (used, fresh, begun) = try (server.connect(), server.connect(), server.connect())
            try await used.send(Self.get)
            #expect(try await used.answer()?.closes == false)
            try await begun.send("GET /begun HT")
            try await Patience.wait { server.server.statistics.accepted == 3 }
            async let drained: Void = server.server.drain()
            try await Patience.wait {
                do throws(SystemError) {
                    _ = try SocketPeer(connectingTo: server.address)
                    return false
                } catch {
                    return true
                }
            }
            try await begun.send("TP/1.1\r\nHost: a\r\n\r\n")
            for client in [used, fresh] { try await client.send(Self.get) }
            for client in [used, fresh, begun] {
                let answer = try await client.answer()
                #expect(answer?.status == 200 && answer?.closes == true)
                #expect(try await client.answer() == nil)
            }
            await drained
        }
    }

    @Test func `a drain waits for operations whose peer has gone`() async throws {
        let gate = Gate()
        let hasEnded = Atomic<Bool>(false)
        let body = [UInt8](repeating: 0x61, count: 4 << 20)
        let route: TestServer.Route = { request in
            guard request.path == "/wait" else {
                return .answer(HTTPResponse(status: 200, body: .bytes(body)))
            }
            return .suspended {
                await gate.wait()
                do { try await Task.sleep(for: .milliseconds(50)) } catch {}
                hasEnded.store(true, ordering: .releasing)
                return HTTPResponse(status: 204)
            }
        }
        try await TestServer.run(route) { server in
            do {
                let client = try server.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
                try await Patience.wait { gate.arrivalCount == 1 }
            }
            async let drained: Void = server.server.drain()
            gate.open()
            await drained
            let ended = hasEnded.load(ordering: .acquiring)
            #expect(ended)
        }
    }

    @Test func `the drain deadline ends what does not end by itself`() async throws {
        let gate = Gate()
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.drain = .milliseconds(100)
        }
        try await TestServer.run(Self.waiting(at: gate), configure: configure) { server in
            let (waiting, begun) = try (server.connect(), server.connect())
            try await waiting.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            try await begun.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            try await Patience.wait {
                gate.arrivalCount == 1 && server.server.statistics.accepted == 2
            }
            await server.server.drain()
            #expect(server.server.statistics.peers == 0)
            #expect(try await waiting.answer() == nil)
            #expect(try await begun.answer() == nil)
            gate.open()
        }
    }

    @Test func `draining twice, and before a start, returns`() async throws {
        let address = SocketAddress(host: "127.0.0.1", port: 0)
        let handler = TestHandler(route: TestHandler.echo)
        let server = HTTPServer(configuration: .init(address: address), handler: handler)
        await server.drain()
        _ = try server.start()
        async let first: Void = server.drain()
        async let second: Void = server.drain()
        _ = await (first, second)
        await server.drain()
    }

    @Test(arguments: [false, true])
    func `under load no accepted request is left without its answer`(
        _ isSuspended: Bool
    )
        async throws
    {
        let route: TestServer.Route = { request in
            guard isSuspended else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                do { try await Task.sleep(for: .milliseconds(2)) } catch {}
                return TestHandler.echoed(request)
            }
        }
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.drainIdle = .seconds(2)
        }
        try await TestServer.run(route, loopCount: 2, configure: configure) { server in
            let address = server.address
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await Self.askUntilClosed(address) }
                }
                try await Patience.wait { server.server.statistics.requests > 200 }
                await server.server.drain()
                var total = 0
                for try await count in group { total += count }
                return total
            }
            #expect(answered == server.server.statistics.requests)
        }
    }

    /// Asks one request after another on one connection, and counts the answers; any that is cut
    /// short or reset is an error.
    private static func askUntilClosed(_ address: SocketAddress) async throws -> Int {
        let client = try WireClient(address)
        var count = 0
        while true {
            try await client.send(get)
            guard let answer = try await client.answer() else { return count }
            count += 1
            guard !answer.closes else { return count }
        }
    }

    @Test func `a port that is taken is an error that names it`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let handler = TestHandler(route: TestHandler.echo)
            let other = HTTPServer(
                configuration: .init(address: server.address),
                handler: handler
            )
            let error = #expect(throws: SystemError.self) { try other.start() }
            #expect(error?.operation == "bind \(server.address)")
        }
    }
}
