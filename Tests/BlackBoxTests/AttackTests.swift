import Glibc
import Platform
import Testing
import Waiting

/// A server under attack serves whoever asks properly, and is afterwards what it was before.
@Suite struct AttackTests {
    @Test func `valid requests are served meanwhile, and nothing is left behind`() async throws {
        let names = ["header", "body-grace", "idle", "write-stall", "linger"]
        let flags = names.flatMap { name in ["--deadlines-\(name)-seconds", "1"] }
        let server = try await BinderyServer.started(flags: flags)
        #expect(try await server.metric("bindery_http_peers") == 1)
        let before = try await settled(server)
        let hostile = try HostilePeers(25, to: server)
        for _ in 0..<50 {
            #expect(try await server.send("GET", "/readyz").status == 200)
        }
        // They keep their ends open: it is the server that must let go.
        try await Wait.until("the descriptors are back") {
            try server.process.descriptorCount <= before
        }
        #expect(hostile.count == 225)
        for reason in ["header_timeout", "slow_body", "idle_timeout"] {
            let name = "bindery_http_peers_closed_total{reason=\"\(reason)\"}"
            #expect(try await server.metric(name) >= 25, "\(reason)")
        }
        let stalled = try await server.metric(
            "bindery_http_peers_closed_total{reason=\"write_stall\"}"
        )
        let slow = try await server.metric(
            "bindery_http_peers_closed_total{reason=\"slow_reader\"}"
        )
        #expect(stalled + slow >= 25)
        #expect(try await server.metric("bindery_http_request_memory_bytes") == 0)
        #expect(try await server.metric("bindery_http_peers") <= 2)
        #expect(try await server.end(SIGTERM) == .exit(0))
    }

    /// The number of open descriptors once it has come to rest.
    private func settled(_ server: BinderyServer) async throws -> Int {
        var count = 0
        let deadline = Deadline("a number of descriptors that stays")
        while try count != server.process.descriptorCount {
            count = try server.process.descriptorCount
            try await deadline.pause(.milliseconds(100))
        }
        return count
    }

    @Test func `a server without a free descriptor serves on, turns others away, and recovers`()
        async throws
    {
        let server = BinderyServer(in: try TemporaryFolder())
        try await server.start(descriptorCountMax: 80)
        let friend = try server.connect()
        #expect(try await server.send("GET", "/livez", on: friend).status == 200)
        do {
            let crowd = try (0..<120).map { _ in try server.connectSocket() }
            var byte = [UInt8](repeating: 0, count: 1)
            try await Wait.until("somebody is turned away") {
                crowd.contains { socket in
                    switch socket.receive(into: &byte) {
                    case .ended, .failed: true
                    case .bytes, .wouldBlock: false
                    }
                }
            }
            for _ in 0..<20 {
                #expect(try await server.send("GET", "/livez", on: friend).status == 200)
            }
        }
        let name = "bindery_http_peers_closed_total{reason=\"accept_exhausted\"}"
        try await Wait.until("there is room again") {
            try server.process.descriptorCount < 70
        }
        let turnedAway = try await server.metric(name)
        #expect(turnedAway > 0)
    }
}
