import HTTPWire
import TLSTesting
import Testing

@testable import HTTPServer

/// A request says whether it came over TLS, and only its connection decides that.
@Suite struct SecureRequestTests {
    private static let scheme: TestServer.Route = { request in
        .text(request.isSecure ? "https" : "http")
    }

    @Test func `over TLS it does`() async throws {
        try await TLSTestServer.run(Self.scheme) { server in
            let socket = try await server.connect(server.client())
            #expect(try await server.get("/", over: socket)?.text == "https")
        }
    }

    @Test func `over plain TCP it does not, whatever it claims`() async throws {
        try await TestServer.run(Self.scheme) { server in
            let client = try server.connect()
            for head in [
                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n",
                "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                try await client.send(head)
                #expect(try await client.answer()?.text == "http")
            }
        }
    }
}
