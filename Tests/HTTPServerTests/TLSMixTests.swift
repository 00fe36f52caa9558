import HTTPWire
import Platform
import TLSTesting
import Testing

@testable import HTTPServer

/// Plain HTTP and TLS at the same time, and each on the other's address.
@Suite struct TLSMixTests {
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /x HTTP/1.1\r\n", "PATCH", "\r\nPUT /",
    ])
    func `plain HTTP on a TLS address is told so, in plain HTTP`(_ text: String) async throws {
        try await TLSTestServer.run { server in
            let client = try server.plain.connect()
            try await client.send(text)
            let answer = try await client.answer()
            #expect(answer?.status == 400 && answer?.closes == true)
            #expect(answer?.text == "BAD_REQUEST: This address speaks HTTPS only.")
            #expect(try await client.answer() == nil)
            #expect(server.statistics.handshakesFailed == 1)
            #expect(server.statistics.requests == 0 && server.statistics.refusals == 1)
        }
    }

    @Test(arguments: [[0x00], [0x80, 0x2E, 0x01], [0x16, 0x03, 0x01, 0xFF, 0xFF, 0x01, 0x02]])
    func `bytes that are neither end the connection`(_ bytes: [UInt8]) async throws {
        try await TLSTestServer.run { server in
            let client = try server.plain.connect()
            try await client.send(bytes + [UInt8](repeating: 0x61, count: 64))
            let answer = try await client.readToEnd()
            // An alert, or nothing at all.
            #expect(answer.isEmpty || answer.first == 0x15)
            client.endSending()
            try await server.plain.waitUntilEmpty()
            #expect(server.statistics.handshakesFailed == 1)
        }
    }

    @Test func `TLS on a plain address is told so, in plain HTTP`() async throws {
        try await TestServer.run(TestHandler.echo) { server in
            let socket = try SocketPeer(connectingTo: server.address)
            let session = TLSTestSocket(TLSTestClient(), over: socket)
            try await session.beginHandshake()
            let answer = try await WireClient(over: socket).answer()
            #expect(answer?.status == 400 && answer?.closes == true)
        }
    }

    @Test func `a server speaks both, each on its address`() async throws {
        try await TLSTestServer.run(
            configure: { configuration in
                configuration.addresses = [SocketAddress(host: "127.0.0.1", port: 0)]
            },
            body: { server in
                // The plain address is the first one.
                let client = try server.plain.connect()
                try await client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer()?.text == "/plain")
                let secure = try #require(server.plain.addresses.last)
                let socket = try await server.client().connect(to: secure)
                #expect(try await server.get("/secure", over: socket)?.text == "/secure")
            }
        )
    }

    @Test func `that browsers should come over TLS alone is said over TLS alone`() async throws {
        try await TLSTestServer.run(
            configure: { configuration in
                configuration.addresses = [SocketAddress(host: "127.0.0.1", port: 0)]
                configuration.strictTransportSeconds = 60
            },
            body: { server in
                let plain = try server.plain.connect()
                try await plain.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await plain.answer()?["strict-transport-security"] == nil)
                let secure = try #require(server.plain.addresses.last)
                let socket = try await server.client().connect(to: secure)
                let answer = try await server.get("/a", over: socket)
                #expect(answer?["strict-transport-security"] == "max-age=60")
                let wrong = try WireClient(secure)
                try await wrong.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await wrong.answer()?["strict-transport-security"] == nil)
            }
        )
    }

    @Test func `a TLS client that is one too many is told so`() async throws {
        try await TLSTestServer.run(
            configure: { configuration in
                configuration.peerCountMax = 1
            },
            body: { server in
                let first = try await server.connect()
                let second = WireClient(over: try await server.connect())
                let answer = try await second.answer()
                #expect(answer?.status == 503 && answer?.closes == true)
                #expect(try await server.get("/a", over: first)?.text == "/a")
            }
        )
    }
}
