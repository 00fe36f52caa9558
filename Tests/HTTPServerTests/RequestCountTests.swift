import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct RequestCountTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func configure(_ configuration: inout ServerConfiguration) {
        configuration.requestCountMaxPerPeer = 3
    }

    @Test(arguments: [false, true])
    func `the answer to a connection's last request says so, and a next one is not served`(
        _ isPipelined: Bool
    ) async throws {
        try await TestServer.run(TestHandler.echo, configure: Self.configure) { server in
            let client = try server.connect()
            if isPipelined { try await client.send(String(repeating: Self.get, count: 5)) }
            for number in 1...3 {
                if !isPipelined { try await client.send(Self.get) }
                let answer = try await client.answer()
                #expect(answer?.text == "/a" && answer?.closes == (number == 3))
            }
            #expect(try await client.answer() == nil)
            #expect(server.server.statistics.requests == 3)
            #expect(server.server.statistics.limitsReached == [.requestsPerPeer: 1])
        }
    }

    @Test func `a client that closes in time reaches no limit`() async throws {
        try await TestServer.run(TestHandler.echo, configure: Self.configure) { server in
            for _ in 0..<2 {
                let client = try server.connect()
                for _ in 0..<2 { try await client.send(Self.get) }
                for _ in 0..<2 { #expect(try await client.answer()?.closes == false) }
                try await client.send("GET /l HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try await client.answer()?.closes == true)
            }
            #expect(server.server.statistics.limitsReached.isEmpty)
        }
    }
}
