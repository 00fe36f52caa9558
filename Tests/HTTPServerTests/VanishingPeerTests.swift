import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct VanishingPeerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Shows that the server still serves, and that it has forgotten all others.
    private static func expectHealthy(_ server: TestServer) async throws {
        try await server.waitUntilEmpty()
        let client = try server.connect()
        try await client.send("GET /well HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.answer() != nil)
    }

    @Test(arguments: [
        "", "G", "GET / HTTP/1.1\r\nHos",
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "\u{1}", get,
    ])
    func `a peer may vanish in the middle of anything`(_ part: String) async throws {
        try await TestServer.run(TestHandler.echo) { server in
            for _ in 0..<20 {
                let client = try server.connect()
                if !part.isEmpty { try await client.send(part) }
            }
            try await Self.expectHealthy(server)
        }
    }

    @Test(arguments: [1 << 10, 63 << 10, 100 << 10, 16 << 20])
    func `a peer may vanish without reading its answers`(_ byteCount: Int) async throws {
        let body = [UInt8](repeating: 0x61, count: byteCount)
        let route: TestServer.Route = { _ in .answer(HTTPResponse(status: 200, body: .bytes(body)))
        }
        try await TestServer.run(route) { server in
            for requestCount in [1, 2, 50, 500] {
                let client = try server.connect()
                try await client.send(String(repeating: Self.get, count: requestCount))
                // Closing on unread bytes resets the connection.
                try await Patience.wait { try client.hasUnread() }
            }
            try await Self.expectHealthy(server)
        }
    }

    @Test func `a suspended operation runs to its end although its peer has gone`() async throws {
        let gate = Gate()
        let endCount = Atomic<Int>(0)
        let route: TestServer.Route = { request in
            guard request.path == "/a" else { return .answer(TestHandler.echoed(request)) }
            return .suspended {
                await gate.wait()
                if !Task.isCancelled { endCount.add(1, ordering: .relaxed) }
                return TestHandler.echoed(request)
            }
        }
        try await TestServer.run(route) { server in
            for _ in 0..<10 {
                let client = try server.connect()
                try await client.send(Self.get + Self.get)
                client.endSending()
            }
            try await Patience.wait { gate.arrivalCount == 10 }
            gate.open()
            try await Self.expectHealthy(server)
        }
        #expect(endCount.load(ordering: .relaxed) >= 10)
    }
}
