import HTTPWire
import Platform
import TLSTesting

@testable import HTTPServer

/// A server that speaks TLS, on a free loopback port, for the time of one test.
struct TLSTestServer {
    let plain: TestServer
    let authority: TestCertificate
    let folder: TestCertificateFolder
    let tls: ServerTLS

    var statistics: ServerStatistics { plain.server.statistics }

    /// Serves `route` while `body` runs, with a certificate for `localhost`.
    static func run(
        _ route: @escaping TestServer.Route = TestHandler.echo,
        clients: TestCertificate? = nil,
        areClientsRequired: Bool = true,
        configure: (inout ServerConfiguration) -> Void = { _ in },
        body: (TLSTestServer) async throws -> Void
    ) async throws {
        let folder = try TestCertificateFolder()
        let authority = TestCertificate.authority()
        var asked = TLSClientAuthentication.off
        if let clients {
            let authorities = try TLSAuthorities(file: folder.write("clients.pem", clients.pem))
            asked = areClientsRequired ? .required(authorities) : .optional(authorities)
        }
        let identity = try folder.identity(authority.issue())
        let tls = ServerTLS(try TLSContext(identities: [identity], clients: asked))
        try await TestServer.run(
            route,
            configure: { configuration in
                configuration.secureAddresses = configuration.addresses
                configuration.addresses = []
                configuration.tls = tls
                configure(&configuration)
            },
            body: { server in
                try await body(
                    TLSTestServer(plain: server, authority: authority, folder: folder, tls: tls)
                )
            }
        )
    }

    /// A client that trusts the server's authority.
    func client(
        _ change: @escaping (inout TLSTestClient.Settings) -> Void = { _ in }
    ) -> TLSTestClient {
        TLSTestClient { settings in
            settings.authority = authority
            change(&settings)
        }
    }

    /// Connects and shakes hands.
    func connect(_ client: TLSTestClient? = nil) async throws -> TLSTestSocket {
        try await (client ?? self.client()).connect(to: plain.address)
    }

    /// Asks for a path and reads the answer; nil when the connection ended before it.
    func get(_ path: String, over socket: TLSTestSocket) async throws -> WireAnswer? {
        let client = WireClient(over: socket)
        try await client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try await client.answer()
    }

    /// Why a handshake is refused; nil when it is not, before or after its end.
    ///
    /// In TLS 1.3 a client is done before the server has looked at its certificate, so that the
    /// refusal comes with the first read.
    func refusal(of client: TLSTestClient) async throws -> String? {
        do {
            let socket = try await connect(client)
            _ = try await get("/", over: socket)
            return nil
        } catch TLSTestFailure.refused(let reason) {
            return reason
        } catch is WireClient.Failure {
            return "a cut connection"
        }
    }
}
