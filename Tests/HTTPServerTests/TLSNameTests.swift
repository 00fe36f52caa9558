import Platform
import TLSTesting
import Testing

@testable import HTTPServer

@Suite struct TLSNameTests {
    @Test(arguments: [
        ("one.example", "one"), ("two.example", "two"), ("TWO.Example", "two"),
        ("a.wild.example", "wild"), ("exact.wild.example", "exact"),
        // A wildcard stands for one label, and not for none.
        ("a.b.wild.example", "default"), ("wild.example", "default"),
        ("unknown.example", "default"),
    ])
    func `answers with the certificate of the name`(
        _ host: String,
        _ expected: String
    )
        async throws
    {
        try await TLSTestServer.run { server in
            let certificates = [
                server.authority.issue("default", names: ["DNS:localhost"]),
                server.authority.issue("one", names: ["DNS:one.example"]),
                server.authority.issue("two", names: ["DNS:two.example"]),
                server.authority.issue("wild", names: ["DNS:*.wild.example"]),
                server.authority.issue("exact", names: ["DNS:exact.wild.example"]),
            ]
            let identities = try certificates.enumerated()
                .map { index, certificate in
                    try server.folder.identity(certificate, as: "name\(index)")
                }
            server.tls.replace(by: try TLSContext(identities: identities))
            let client = TLSTestClient { settings in settings.host = host }
            let socket = try await server.connect(client)
            #expect(socket.serverName == expected)
            #expect(socket.chosenProtocol == "http/1.1")
            #expect(try await server.get("/a", over: socket)?.text == "/a")
            client.keepSession(of: socket)
            #expect(try await server.connect(client).isResumed)
        }
    }

    @Test func `a client that asks for no name gets the default certificate`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect(
                TLSTestClient { settings in settings.host = nil }
            )
            #expect(socket.serverName == "localhost")
        }
    }
}
