import HTTPWire
import Synchronization
import Testing
import Waiting

@testable import HTTPServer

@Suite struct StreamingTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    private struct Broken: Error {}

    private static func streaming(
        _ body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> TestServer.Route {
        { request in
            guard request.path == "/" else { return .answer(TestHandler.echoed(request)) }
            return .answer(HTTPResponse(status: 200, body: .stream(body)))
        }
    }

    @Test func `sends pieces as chunks while they come, then serves on`() async throws {
        let gate = Gate()
        let route = Self.streaming { writer in
            try await writer.write(Array("one".utf8))
            try await writer.write([])
            await gate.wait()
            try await writer.write(Array("two".utf8))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            // The first piece is out before the second exists.
            try await Patience.wait { try client.hasUnread() && gate.arrivalCount == 1 }
            gate.open()
            let answer = try await client.answer()
            #expect(answer?.text == "onetwo" && answer?["transfer-encoding"] == "chunked")
            #expect(try await client.answer()?.text == "/next")
        }
    }

    @Test func `ends with the connection for HTTP 1_0`() async throws {
        let route = Self.streaming { writer in
            try await writer.write(Array("one".utf8))
            try await writer.write(Array("two".utf8))
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = try await client.answer()
            #expect(answer?.text == "onetwo" && answer?.closes == true)
            #expect(answer?["transfer-encoding"] == nil)
        }
    }

    @Test func `does not run for HEAD`() async throws {
        let runCount = Atomic<Int>(0)
        let route = Self.streaming { _ in runCount.add(1, ordering: .relaxed) }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(
                "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /n HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            #expect(try await client.answer(toHead: true)?["transfer-encoding"] == "chunked")
            #expect(try await client.answer()?.text == "/n")
        }
        #expect(runCount.load(ordering: .relaxed) == 0)
    }

    @Test func `an error cuts the answer short, so that the client can tell`() async throws {
        let route = Self.streaming { writer in
            try await writer.write(Array("one".utf8))
            throw Broken()
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            await #expect(throws: WireClient.Failure.cutShort) { try await client.answer() }
        }
    }

    @Test func `the writer waits for a slow client, and the loop sleeps meanwhile`() async throws {
        let sentCount = Atomic<Int>(0)
        let gate = Gate()
        let piece = [UInt8](repeating: 0x70, count: 100_000)
        let route = Self.streaming { writer in
            for _ in 0..<200 {
                try await writer.write(piece)
                sentCount.add(1, ordering: .relaxed)
            }
            await gate.wait()
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            // 20 MB are more than the sockets hold: the count comes to rest before the end.
            let sent = try await Self.atRest { sentCount.load(ordering: .relaxed) }
            #expect((1..<200).contains(sent))
            #expect(try await Self.turnCount(of: server) < 100)
            // Once all is taken the stream idles: a socket with room must not wake the loop.
            try await Patience.wait { try client.hasUnread() && gate.arrivalCount == 1 }
            #expect(try await Self.turnCount(of: server) < 100)
            gate.open()
            #expect(try await client.answer()?.body.count == 200 * piece.count)
        }
    }

    /// The count once it has not moved for a while, after it began to move.
    private static func atRest(_ count: () -> Int) async throws -> Int {
        try await Patience.wait { count() > 0 }
        var last = 0
        let deadline = Deadline("a count that stays")
        while count() != last {
            last = count()
            try await deadline.pause(.milliseconds(100))
        }
        return last
    }

    /// How often the loop turns in a while in which nothing happens; one that spins turns
    /// thousands of times.
    private static func turnCount(of server: TestServer) async throws -> Int {
        let before = server.server.statistics.turns
        try await Task.sleep(for: .milliseconds(50))
        return server.server.statistics.turns - before
    }

    @Test func `the writer learns that its peer has gone`() async throws {
        let outcome = Mutex<String?>(nil)
        let route = Self.streaming { writer in
            do {
                while true { try await writer.write([UInt8](repeating: 0x70, count: 10_000)) }
            } catch {
                let isCancelled = Task.isCancelled
                outcome.withLock { outcome in outcome = "\(type(of: error)) \(isCancelled)" }
            }
        }
        try await TestServer.run(route) { server in
            var client: WireClient? = try server.connect()
            try await client?.send(Self.get)
            try await Patience.wait { try client?.hasUnread() == true }
            client = nil
            try await Patience.wait { outcome.withLock { outcome in outcome != nil } }
            try await server.waitUntilEmpty()
        }
        #expect(outcome.withLock { outcome in outcome } == "HTTPPeerGone true")
    }

    @Test func `a stream without an end learns of a shutdown and ends whole`() async throws {
        let route = Self.streaming { writer in
            while !writer.isDraining {
                try await writer.write(Array("tick".utf8))
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        try await TestServer.run(route) { server in
            let client = try server.connect()
            try await client.send(Self.get)
            try await Patience.wait { try client.hasUnread() }
            async let drained: Void = server.server.drain()
            #expect(try await client.answer()?.text.hasPrefix("tick") == true)
            await drained
        }
    }
}
