import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct RefusalTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}", 400), ("GET / HTTP/1.1\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
        ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
        ("GET /" + String(repeating: "a", count: 9_000), 414),
        ("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 40_000), 431),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
        ("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", 413),
        ("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ])
    func `answers in the handler's form and closes`(_ text: String, _ status: Int) async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send(text)
            let answer = try await client.answer()
            #expect(answer?.status == status && answer?.closes == true)
            #expect(answer?.text.contains(": ") == true)
            #expect(try await client.answer() == nil)
            #expect(server.server.statistics.requests == 0)
            #expect(server.server.statistics.refusals == 1)
        }
    }

    @Test func `what came before is answered first, and the refusal names its request`()
        async throws
    {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            let good = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n"
            let bad = "GET /bad HTTP/1.1\r\nX-Request-ID: r7\r\nHost: a\r\nBad field: x\r\n\r\n"
            try await client.send(good + bad + good)
            #expect(try await client.answer()?.text == "/good")
            let answer = try await client.answer()
            #expect(answer?.status == 400 && answer?["x-request-id"] == "r7")
            #expect(try await client.answer() == nil)
            #expect(server.server.statistics.requests == 1)
        }
    }

    @Test(arguments: ["Content-Length: 33554432", "Transfer-Encoding: chunked"])
    func `a client in the middle of a huge body sees why it was refused`(
        _ field: String
    )
        async throws
    {
        try await TestServer.run(TestHandler.echo) { server in
            let client = try server.connect()
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
            if field.hasPrefix("T") { try await client.send("2000000\r\n") }
            // The client does not look up before it has sent everything.
            let piece = [UInt8](repeating: 0x62, count: 1 << 20)
            for _ in 0..<32 { try await client.send(piece) }
            let answer = try await client.answer()
            #expect(answer?.status == 413 && answer?.closes == true)
            #expect(try await client.answer() == nil)
        }
    }
}
