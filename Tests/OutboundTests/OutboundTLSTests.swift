import Testing

@testable import Outbound

/// Certificates are always verified, against OpenSSL's own server.
@Suite(.serialized) struct OutboundTLSTests {
    private static func client(caFile: String?) throws -> OutboundClient {
        try OutboundClient(
            OutboundConfiguration(addressPolicy: .unrestricted, caFile: caFile)
        )
    }

    private static func request(_ port: UInt16, host: String = "127.0.0.1") -> OutboundRequest {
        OutboundRequest(for: .call, method: "POST", url: "https://\(host):\(port)/")
    }

    @Test func `a certificate of the configured authority is trusted, for its name`() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        let client = try Self.client(caFile: server.certificateFile)
        let response = try await client.send(
            .init(for: .call, method: "GET", url: "https://127.0.0.1:\(server.port)/")
        )
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self).contains("s_server"))
        let request = Self.request(server.port, host: "localhost")
        let error = try await Loopback.failure(of: request, by: client)
        #expect(error.code == .tls)
        #expect(!error.mayHaveReachedServer)
        try server.stop()
    }

    @Test func `an unknown authority is refused before anything is sent`() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        let client = try Self.client(caFile: nil)
        let error = try await Loopback.failure(of: Self.request(server.port), by: client)
        #expect(error.code == .tls)
        #expect(!error.mayHaveReachedServer)
        #expect(error.detail.contains("self-signed certificate"))
        try server.stop()
    }

    @Test func `a server without TLS is refused before anything is sent`() async throws {
        let server = try ScriptedServer { _ in .answer() }
        defer { server.stop() }
        let client = try Self.client(caFile: nil)
        let request = OutboundRequest(
            for: .call,
            method: "POST",
            url: "https://127.0.0.1:\(server.port)/",
            timeout: .milliseconds(300)
        )
        let error = try await Loopback.failure(of: request, by: client)
        // It never answers the handshake.
        #expect(error.code == .timeout)
        #expect(!error.mayHaveReachedServer)
        #expect(server.requests.isEmpty)
    }

    @Test func `a certificate file without certificates is a TLS failure`() async throws {
        let server = try TLSServer(name: "IP:127.0.0.1")
        let client = try Self.client(caFile: "/dev/null")
        let error = try await Loopback.failure(of: Self.request(server.port), by: client)
        #expect(error.code == .tls)
        #expect(!error.mayHaveReachedServer)
        try server.stop()
    }
}
