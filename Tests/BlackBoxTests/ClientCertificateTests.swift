import Glibc
import JSON
import Platform
import TLSTesting
import Testing
import Waiting

/// Client certificates that stand for keys (mTLS).
@Suite struct ClientCertificateTests {
    private static let clients = TestCertificate.authority("Clients")

    /// A server that knows Acme's billing by its subject, whose key has the given id.
    private static func server(
        _ rules: [JSONObject],
        _ mode: String = "optional"
    ) async throws
        -> TLSServer
    {
        try await TLSServer { folder in
            let file = try folder.write("clients.pem", clients.pem)
            let rules = JSONValue.array(rules.map { .object($0) }).serializedText
            return [
                "--tls-client-ca", file, "--tls-client-auth", mode,
                "--auth-client-certificates", rules,
            ]
        }
    }

    private static func certificate(_ name: String) -> TestCertificate {
        clients.issue(name, names: ["URI:spiffe://acme/\(name)"]) { content in
            content.subject = [("O", "Acme"), ("CN", name)]
        }
    }

    /// Makes a key of Acme; its id and itself.
    private static func key(_ server: TLSServer) async throws -> (id: String, key: String) {
        let body: JSONValue = [
            "roles": ["tenant-admin"], "environments": ["*"], "workflows": ["*"],
        ]
        let answer = try await server.send(
            "POST",
            "/v1/tenants/acme/keys",
            body,
            key: BinderyServer.bootstrapKey,
            over: try await server.connect()
        )
        guard let key = answer.json["key"]?.string, let id = answer.json["id"]?.string else {
            throw Missing(what: "a key: \(answer)")
        }
        return (id, key)
    }

    @Test func `a certificate without a rule is nobody, and one of a rule its key`() async throws {
        // The id of a key is not known before it is made, so that the server starts twice.
        let data = try TemporaryFolder()
        func started(_ rules: [JSONObject]) async throws -> TLSServer {
            try await TLSServer(data: data) { folder in
                let file = try folder.write("clients.pem", Self.clients.pem)
                let text = JSONValue.array(rules.map { .object($0) }).serializedText
                return [
                    "--tls-client-ca", file, "--tls-client-auth", "optional",
                    "--auth-client-certificates", text,
                ]
            }
        }
        let first = try await started([])
        let key = try await Self.key(first)
        first.process.signal(SIGTERM)
        _ = try await first.process.ending()

        let server = try await started([
            ["subject": "CN=billing,O=Acme", "keyId": .string(key.id)],
            ["san": "URI:spiffe://acme/ghost", "keyId": "nobody"],
        ])
        let own = "/v1/tenants/acme/connections"
        let billing = try await server.connect(certificate: Self.certificate("billing"))
        #expect(try await server.send("GET", own, over: billing).status == 200)
        // It has the rights of its key, and no others.
        #expect(
            try await server.send("GET", "/v1/tenants/other/connections", over: billing).status
                == 404
        )
        // A header goes over the certificate, for better and for worse.
        let admin = BinderyServer.bootstrapKey
        #expect(try await server.send("GET", "/v1/keys", key: admin, over: billing).status == 200)
        #expect(try await server.send("GET", own, key: "wrong", over: billing).status == 401)

        for name in ["stranger", "ghost"] {
            let socket = try await server.connect(certificate: Self.certificate(name))
            let answer = try await server.send("GET", own, over: socket)
            #expect(answer.status == 401 && answer.code == "UNAUTHENTICATED")
            #expect(try await server.send("GET", own, key: key.key, over: socket).status == 200)
        }
        let without = try await server.connect()
        #expect(try await server.send("GET", own, over: without).status == 401)
        #expect(try await server.send("GET", "/livez", over: without).status == 200)

        let revoked = "/v1/tenants/acme/keys/\(key.id)"
        #expect(try await server.send("DELETE", revoked, key: admin, over: without).status == 204)
        #expect(try await server.send("GET", own, over: billing).status == 401)
    }

    @Test func `a certificate of another authority gets no connection`() async throws {
        let server = try await Self.server([])
        let stranger = TestCertificate.authority("Clients").issue("billing")
        let socket = try await server.connect(certificate: stranger)
        // In TLS 1.3 a client learns of it with its first read.
        await #expect(throws: (any Error).self) {
            _ = try await server.send("GET", "/livez", over: socket)
        }
    }

    @Test func `a client without a certificate gets none where one is required`() async throws {
        let server = try await Self.server([], "required")
        let socket = try await server.connect()
        await #expect(throws: (any Error).self) {
            _ = try await server.send("GET", "/livez", over: socket)
        }
        let known = try await server.connect(certificate: Self.certificate("billing"))
        #expect(try await server.send("GET", "/livez", over: known).status == 200)
    }
}
