import HTTPWire
import Testing

@testable import HTTPServer

@Suite struct PeerLimitTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private static func check(_ server: TestServer, limit: Int) async throws {
        var clients = try (0..<limit).map { _ in try server.connect() }
        for client in clients {
            try await client.send(get)
            #expect(try await client.answer()?.text == "/a")
        }
        let refused = try server.connect()
        let answer = try await refused.answer()
        #expect(answer?.status == 503 && answer?.closes == true)
        // The clients that were there first do not notice.
        for client in clients {
            try await client.send(get)
            #expect(try await client.answer()?.text == "/a")
        }
        clients.removeLast()
        try await Patience.wait { server.server.statistics.peers <= limit }
        let next = try server.connect()
        try await next.send(get)
        #expect(try await next.answer()?.text == "/a")
    }

    @Test func `as many peers as the limit are served, one more is told so`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.peerCountMax = 3
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            try await Self.check(server, limit: 3)
        }
    }

    @Test func `one address cannot take all places`() async throws {
        let configure = { (configuration: inout ServerConfiguration) in
            configuration.peerCountMaxPerAddress = 2
        }
        try await TestServer.run(TestHandler.echo, configure: configure) { server in
            try await Self.check(server, limit: 2)
        }
    }

    @Test func `the budget admits, refuses and drops in this order, and forgets the closed`() {
        let budget = PeerBudget(countMax: 3, addressCountMax: 2, overflowMax: 2)
        #expect(budget.admit(from: "a") == .served)
        #expect(budget.admit(from: "a") == .served)
        #expect(budget.admit(from: "a") == .refused)
        #expect(budget.admit(from: "b") == .served)
        #expect(budget.admit(from: "c") == .refused)
        #expect(budget.admit(from: "c") == .dropped)
        budget.release(from: "c", isRefused: true)
        #expect(budget.admit(from: "c") == .refused)
        budget.release(from: "a", isRefused: false)
        #expect(budget.admit(from: "a") == .served)
        budget.release(from: "b", isRefused: false)
        #expect(budget.admit(from: "b") == .served)
        var statistics = ServerStatistics()
        budget.limits.add(to: &statistics)
        #expect(statistics.limitsReached == [.peersPerAddress: 1, .peers: 2, .peerOverflow: 1])
    }
}
