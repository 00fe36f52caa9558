import HTTPWire
import Platform
import Testing

@testable import HTTPServer

/// A client may be slow, and not slower than that.
@Suite struct TransferRateTests {
    @Test(arguments: [
        (240, 1_200, Duration.seconds(5), true), (240, 1_199, .seconds(5), false),
        (240, 0, .zero, true), (240, 0, .nanoseconds(1), false), (1, 1, .seconds(1), true),
        (1, 1, .nanoseconds(1_000_000_001), false), (0, 0, .seconds(3_600), true),
        (1_000_000, 1 << 24, .seconds(16), true), (1_000_000, 1 << 24, .seconds(17), false),
        (.max, .max, .seconds(3_600), true), (.max, 1, .seconds(3_600), false),
    ])
    func `a rate is kept to the byte`(
        _ rate: Int,
        _ byteCount: Int,
        _ time: Duration,
        _ isKept: Bool
    ) {
        #expect(ServerRates.isKept(rate, byteCount: byteCount, in: time) == isKept)
    }

    private static func slowBodies(_ configuration: inout ServerConfiguration) {
        configuration.rates.bodyByteCount = 1_000
        configuration.rates.bodyGrace = .milliseconds(100)
    }

    @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    func `a body that drips is answered 408 long before its deadline`(
        _ field: String
    ) async throws {
        try await TestServer.run(TestHandler.echo, configure: Self.slowBodies) { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
            let drop = field.hasPrefix("T") ? "1\r\na\r\n" : "a"
            try await Patience.wait {
                _ = client.sendNow(Array(drop.utf8))
                return try client.hasUnread()
            }
            client.endSending()
            let answer = try await client.answer()
            #expect(answer?.status == 408 && answer?.closes == true)
            #expect(server.server.statistics.limitsReached == [.slowBody: 1])
        }
    }

    @Test func `a body that comes fast enough may take longer than its grace`() async throws {
        try await TestServer.run(TestHandler.echo, configure: Self.slowBodies) { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n")
            for _ in 0..<30 {
                try await client.send([UInt8](repeating: 0x61, count: 300))
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try await client.answer()?.body.count == 9_001)
            #expect(server.server.statistics.limitsReached.isEmpty)
        }
    }

    @Test func `no rate is asked of bodies when it is set to none`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            Self.slowBodies(&configuration)
            configuration.rates.bodyByteCount = 0
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
            try await Task.sleep(for: .milliseconds(400))
            try await client.send("b")
            #expect(try await client.answer()?.text == "/ab")
        }
    }

    /// Reads pieces of 16 KiB, 10 ms apart, until the end or the other side's close; answers how
    /// many bytes came.
    private static func readSlowly(_ server: TestServer) async throws -> Int {
        let socket = try SocketPeer(connectingTo: server.address)
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var (byteCount, isSent) = (0, false)
        var patience = Patience()
        while true {
            if !isSent, case .bytes(request.count) = socket.send(request[...]) { isSent = true }
            switch socket.receive(into: &buffer) {
            case .bytes(let count): byteCount += count
            case .ended, .failed: return byteCount
            case .wouldBlock: break
            }
            try await patience.pause()
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func large(_ byteCount: Int) -> TestServer.Route {
        let body = [UInt8](repeating: 0x61, count: byteCount)
        return { _ in .answer(HTTPResponse(status: 200, body: .bytes(body))) }
    }

    @Test func `a reader that dribbles is closed`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.writeStall = .milliseconds(800)
            configuration.rates.answerByteCount = 50_000_000
        }
        let byteCount = 64 << 20
        try await TestServer.run(Self.large(byteCount), configure: configure) { server in
            let taken = try await Self.readSlowly(server)
            #expect(taken < byteCount)
            #expect(server.server.statistics.limitsReached == [.slowReader: 1])
            try await server.waitUntilEmpty()
        }
    }

    @Test func `a reader that is slow and steady gets everything`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.deadlines.writeStall = .milliseconds(800)
            configuration.rates.answerByteCount = 1_000
        }
        let byteCount = 4 << 20
        try await TestServer.run(Self.large(byteCount), configure: configure) { server in
            let taken = try await Self.readSlowly(server)
            #expect(taken > byteCount)
            #expect(server.server.statistics.limitsReached.isEmpty)
        }
    }
}
