import Platform
import TLSTesting
import Testing

@testable import HTTPServer

@Suite struct TLSHandshakeTests {
    @Test(arguments: [(TLSTestClient.Version.v12, "TLSv1.2"), (.v13, "TLSv1.3")])
    func `serves the two versions`(_ version: TLSTestClient.Version, _ name: String) async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect(
                server.client { settings in settings.versions = (version, version) }
            )
            #expect(socket.version == name)
            #expect(socket.chosenProtocol == "http/1.1")
            #expect(try await server.get("/a", over: socket)?.text == "/a")
            #expect(server.statistics.handshakes == 1 && server.statistics.handshakesFailed == 0)
        }
    }

    @Test func `refuses TLS 1.1`() async throws {
        try await TLSTestServer.run { server in
            let old = server.client { settings in settings.versions = (.v11, .v11) }
            let reason = try await server.refusal(of: old)
            #expect(reason == "tlsv1 alert protocol version")
            #expect(server.statistics.handshakesFailed == 1)
            #expect(server.statistics.handshakes == 0)
        }
    }

    @Test(arguments: [
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-CCM",
    ])
    func `refuses ciphers without modern encryption`(_ cipher: String) async throws {
        try await TLSTestServer.run { server in
            let weak = server.client { settings in
                settings.versions = (.v12, .v12)
                settings.ciphers = cipher
            }
            let reason = try await server.refusal(of: weak)
            #expect(reason == "sslv3 alert handshake failure")
        }
    }

    @Test(arguments: ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
    func `serves modern ciphers of TLS 1.2`(_ cipher: String) async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect(
                server.client { settings in
                    settings.versions = (.v12, .v12)
                    settings.ciphers = cipher
                }
            )
            #expect(socket.cipher == cipher)
        }
    }

    @Test func `a client of HTTP/2 alone is told that there is no protocol in common`()
        async throws
    {
        try await TLSTestServer.run { server in
            let other = server.client { settings in settings.protocols = ["h2"] }
            let reason = try await server.refusal(of: other)
            #expect(reason == "tlsv1 alert no application protocol")
        }
    }

    @Test(arguments: [["h2", "http/1.1"], []])
    func `a client that also speaks HTTP/1.1, or says nothing, is served`(
        _ names: [String]
    )
        async throws
    {
        try await TLSTestServer.run { server in
            let socket = try await server.connect(
                server.client { settings in settings.protocols = names }
            )
            #expect(socket.chosenProtocol == (names.isEmpty ? "" : "http/1.1"))
            #expect(try await server.get("/a", over: socket)?.text == "/a")
        }
    }

    @Test(arguments: [TLSTestClient.Version.v12, .v13])
    func `resumes a session`(_ version: TLSTestClient.Version) async throws {
        try await TLSTestServer.run { server in
            let client = server.client { settings in settings.versions = (version, version) }
            let first = try await server.connect(client)
            #expect(try await server.get("/a", over: first)?.text == "/a")
            #expect(!first.isResumed)
            client.keepSession(of: first)
            let second = try await server.connect(client)
            #expect(second.isResumed)
            #expect(try await server.get("/b", over: second)?.text == "/b")
            #expect(server.statistics.handshakes == 2)
            #expect(server.statistics.handshakesResumed == 1)
        }
    }

    @Test func `a new context resumes no session of the old one, which stays open`() async throws {
        try await TLSTestServer.run { server in
            let client = server.client { settings in settings.authority = nil }
            let first = try await server.connect(client)
            #expect(try await server.get("/a", over: first)?.text == "/a")
            client.keepSession(of: first)
            let next = try server.folder.identity(server.authority.issue("next"), as: "next")
            server.tls.replace(by: try TLSContext(identities: [next]))
            let second = try await server.connect(client)
            #expect(!second.isResumed && second.serverName == "next")
            #expect(try await server.get("/b", over: second)?.text == "/b")
            #expect(try await server.get("/c", over: first)?.text == "/c")
        }
    }

    @Test func `a client's wish to renegotiate is refused`() async throws {
        try await TLSTestServer.run { server in
            let client = server.client { settings in settings.versions = (.v12, .v12) }
            let socket = try await server.connect(client)
            #expect(try await server.get("/a", over: socket)?.text == "/a")
            try await socket.renegotiate()
            let wire = WireClient(over: socket)
            await #expect(throws: (any Error).self) { _ = try await wire.answer() }
            #expect(server.statistics.handshakes == 1)
        }
    }

    @Test func `keys change within a connection`() async throws {
        try await TLSTestServer.run { server in
            let socket = try await server.connect()
            for _ in 0..<3 {
                try await socket.updateKeys()
                #expect(try await server.get("/a", over: socket)?.text == "/a")
            }
        }
    }

    @Test func `a flood of key changes neither ends a connection nor holds the others up`()
        async throws
    {
        try await TLSTestServer.run { server in
            let flooding = try await server.connect()
            let other = try await server.connect()
            for round in 0..<20 {
                for _ in 0..<200 { try await flooding.updateKeys() }
                let answer = try await server.get("/\(round)", over: other)
                #expect(answer?.text == "/\(round)")
            }
            #expect(try await server.get("/a", over: flooding)?.text == "/a")
        }
    }

    @Test(arguments: [false, true])
    func `a handshake that does not go on is cut at its deadline`(_ isBegun: Bool) async throws {
        try await TLSTestServer.run(
            configure: { configuration in
                configuration.deadlines.tlsHandshake = .milliseconds(100)
            },
            body: { server in
                let socket = TLSTestSocket(
                    server.client(),
                    over: try SocketPeer(connectingTo: server.plain.address)
                )
                if isBegun { try await socket.beginHandshake() }
                try await Patience.wait { server.statistics.handshakesTimedOut == 1 }
                try await server.plain.waitUntilEmpty()
                #expect(server.statistics.handshakes == 0)
            }
        )
    }

    @Test func `a handshake in pieces of one byte is served`() async throws {
        try await TLSTestServer.run { server in
            let client = server.client { settings in settings.pieceByteCountMax = 1 }
            let socket = try await server.connect(client)
            #expect(try await server.get("/a", over: socket)?.text == "/a")
        }
    }

    @Test func `a peer that leaves within the handshake is let go`() async throws {
        try await TLSTestServer.run { server in
            do {
                let socket = TLSTestSocket(
                    server.client(),
                    over: try SocketPeer(connectingTo: server.plain.address)
                )
                try await socket.beginHandshake()
            }
            try await server.plain.waitUntilEmpty()
            #expect(server.statistics.handshakesFailed == 1)
        }
    }
}
