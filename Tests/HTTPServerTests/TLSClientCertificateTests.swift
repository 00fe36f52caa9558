import HTTPWire
import Platform
import TLSTesting
import Testing

@testable import HTTPServer

@Suite struct TLSClientCertificateTests {
    private static let authority = TestCertificate.authority("Clients")

    /// Answers with what the server knows of the client.
    private static let who: TestServer.Route = { request in
        guard let client = request.clientCertificate else { return .text("nobody") }
        let names = client.names.joined(separator: " ")
        return .text("\(client.subject)|\(names)|\(client.fingerprint.count)")
    }

    private static func certificate(
        _ names: [String] = ["URI:spiffe://acme/billing"]
    )
        -> TestCertificate
    {
        authority.issue("billing", names: names) { content in
            content.subject = [("O", "Acme, Inc."), ("CN", "billing")]
        }
    }

    @Test(arguments: [TLSTestClient.Version.v12, .v13])
    func `a verified client is known, also when it resumes`(
        _ version: TLSTestClient.Version
    )
        async throws
    {
        let names = ["DNS:Billing.Acme.example", "IP:192.0.2.7", "IP:2001:db8::7"]
        let certificate = Self.certificate(
            names + ["URI:spiffe://acme/billing", "email:b@acme.example"]
        )
        try await TLSTestServer.run(Self.who, clients: Self.authority) { server in
            let client = server.client { settings in
                settings.certificate = certificate
                settings.versions = (version, version)
            }
            let expected =
                #"CN=billing,O=Acme\, Inc.|DNS:billing.acme.example IP:192.0.2.7 "#
                + "IP:2001:db8::7 URI:spiffe://acme/billing email:b@acme.example|64"
            let first = try await server.connect(client)
            #expect(try await server.get("/", over: first)?.text == expected)
            client.keepSession(of: first)
            let second = try await server.connect(client)
            #expect(second.isResumed)
            #expect(try await server.get("/", over: second)?.text == expected)
        }
    }

    @Test func `a client without a certificate is refused where one is required`() async throws {
        try await TLSTestServer.run(Self.who, clients: Self.authority) { server in
            let reason = try await server.refusal(of: server.client())
            #expect(reason == "a cut connection")
            #expect(server.statistics.requests == 0)
            #expect(server.statistics.handshakesFailed == 1)
        }
    }

    @Test func `a client without a certificate is nobody where one is optional`() async throws {
        try await TLSTestServer.run(
            Self.who,
            clients: Self.authority,
            areClientsRequired: false
        ) { server in
            let socket = try await server.connect()
            #expect(try await server.get("/", over: socket)?.text == "nobody")
        }
    }

    @Test(arguments: [true, false])
    func `a certificate of another authority is refused`(_ isRequired: Bool) async throws {
        let stranger = TestCertificate.authority("Clients").issue("billing")
        try await TLSTestServer.run(
            Self.who,
            clients: Self.authority,
            areClientsRequired: isRequired
        ) { server in
            let client = server.client { settings in settings.certificate = stranger }
            let reason = try await server.refusal(of: client)
            #expect(reason == "a cut connection")
            #expect(server.statistics.requests == 0)
        }
    }

    @Test(arguments: [-7200 ... -3600, 3600...7200])
    func `a certificate outside its time is refused`(_ validity: ClosedRange<Int>) async throws {
        let certificate = Self.authority.issue { content in content.validity = validity }
        try await TLSTestServer.run(Self.who, clients: Self.authority) { server in
            let client = server.client { settings in settings.certificate = certificate }
            let reason = try await server.refusal(of: client)
            #expect(reason == "a cut connection")
            #expect(server.statistics.requests == 0)
        }
    }

    @Test func `clients are not asked when that is off`() async throws {
        try await TLSTestServer.run(Self.who) { server in
            let client = server.client { settings in settings.certificate = Self.certificate() }
            let socket = try await server.connect(client)
            #expect(try await server.get("/", over: socket)?.text == "nobody")
        }
    }

    @Test(arguments: [TLSTestClient.Version.v12, .v13])
    func `who has renewed its certificate is known by the new one, session or not`(
        _ version: TLSTestClient.Version
    ) async throws {
        let old = Self.authority.issue("billing") { content in
            content.subject = [("CN", "old")]
            content.validity = -3600...2
        }
        let new = Self.authority.issue("billing") { content in content.subject = [("CN", "new")] }
        try await TLSTestServer.run(Self.who, clients: Self.authority) { server in
            let client = server.client { settings in
                settings.certificate = old
                settings.versions = (version, version)
            }
            let first = try await server.connect(client)
            #expect(try await server.get("/", over: first)?.text.hasPrefix("CN=old") == true)
            let renewed = server.client { settings in
                settings.certificate = new
                settings.versions = (version, version)
            }
            renewed.keepSession(of: first)
            try await Task.sleep(for: .seconds(4))
            let second = try await server.connect(renewed)
            #expect(!second.isResumed)
            #expect(try await server.get("/", over: second)?.text.hasPrefix("CN=new") == true)
            renewed.keepSession(of: second)
            let third = try await server.connect(renewed)
            #expect(third.isResumed)
            #expect(try await server.get("/", over: third)?.text.hasPrefix("CN=new") == true)
        }
    }
}
