import HTTPWire
import Testing

@testable import HTTPServer

/// What all requests together may take.
@Suite struct RequestMemoryTests {
    private static let limit = 100_000

    private static func configure(_ configuration: inout ServerConfiguration) {
        configuration.requestByteCountMax = limit
    }

    private static func put(_ byteCount: Int) -> String {
        "PUT /p HTTP/1.1\r\nHost: a\r\nX-Request-ID: r1\r\nContent-Length: \(byteCount)\r\n\r\n"
    }

    @Test func `is given out to the byte, and taken back`() {
        let memory = RequestMemory(byteCountMax: 10)
        #expect(memory.hasRoom(for: 10) && !memory.hasRoom(for: 11))
        #expect(memory.take(10))
        #expect(!memory.take(1) && memory.byteCount == 10)
        memory.give(1)
        #expect(memory.take(1))
        memory.takeAnyway(5)
        #expect(memory.byteCount == 15 && !memory.hasRoom(for: 0))
        memory.give(15)
        #expect(memory.byteCount == 0)
    }

    @Test func `a body too many is answered 503, and the others go on`() async throws {
        try await TestServer.run(TestHandler.echo, configure: Self.configure) { server in
            let body = [UInt8](repeating: 0x61, count: 60_000)
            let first = try server.connect()
            try await first.send(Array(Self.put(body.count + 1).utf8) + body)
            try await Patience.wait {
                server.server.statistics.requestByteCount >= body.count
            }
            let second = try server.connect()
            try await second.send(Array(Self.put(body.count + 1).utf8) + body)
            let refused = try await second.answer()
            #expect(refused?.status == 503 && refused?.closes == true)
            #expect(refused?["retry-after"] == "1" && refused?["x-request-id"] == "r1")
            #expect(refused?.text.hasPrefix("OVERLOADED") == true)
            // A request without a body is served all the same.
            let third = try server.connect()
            try await third.send("GET /g HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await third.answer()?.text == "/g")
            try await first.send("b")
            #expect(try await first.answer()?.body.count == body.count + 3)
            #expect(server.server.statistics.limitsReached == [.requestMemory: 1])
            #expect(server.server.statistics.requestByteCount == 0)
        }
    }

    @Test func `a body whose operation runs counts, also when its peer has gone`() async throws {
        let gate = Gate()
        let route: TestServer.Route = { request in
            .suspended {
                await gate.wait()
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route, configure: Self.configure) { server in
            let body = [UInt8](repeating: 0x61, count: 60_000)
            do {
                let client = try server.connect()
                try await client.send(Array(Self.put(body.count).utf8) + body)
                try await Patience.wait { gate.arrivalCount == 1 }
            }
            #expect(server.server.statistics.requestByteCount == body.count)
            let next = try server.connect()
            try await next.send(Array(Self.put(body.count).utf8) + body)
            #expect(try await next.answer()?.status == 503)
            gate.open()
            try await Patience.wait { server.server.statistics.requestByteCount == 0 }
            let last = try server.connect()
            try await last.send(Array(Self.put(body.count).utf8) + body)
            #expect(try await last.answer()?.status == 200)
        }
    }

    @Test func `what a refused client has sent is let go before it closes`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await client.send("f0000\r\n")
            try await client.send([UInt8](repeating: 0x61, count: 0xF0000))
            try await Patience.wait { server.server.statistics.requestByteCount >= 0xF0000 }
            try await client.send("\r\nf0000\r\n")
            #expect(try await client.answer()?.status == 413)
            #expect(server.server.statistics.requestByteCount == 0)
            #expect(server.server.statistics.peers == 1)
        }
    }

    @Test func `heads that arrive in pieces count, and are forgotten with their peers`()
        async throws
    {
        try await TestServer.run(TestHandler.echo, configure: Self.configure) { server in
            do {
                let head =
                    "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + String(repeating: "a", count: 30_000)
                let clients = try (0..<5).map { _ in try server.connect() }
                for client in clients { try await client.send(head) }
                // Three fit, whatever room their buffers keep; five do not.
                try await Patience.wait {
                    server.server.statistics.limitsReached[.requestMemory, default: 0] > 0
                }
                #expect(server.server.statistics.requestByteCount <= Self.limit)
            }
            try await server.waitUntilEmpty()
            #expect(server.server.statistics.requestByteCount == 0)
        }
    }
}
