import Model
import Outbound
import Platform
import Testing

@testable import Secrets

/// What answers of AWS mean; the real conversation is `scripts/judge-secrets`.
@Suite struct AWSSecretStoreTests {
    private let reference: SecretReference
    private let field: SecretReference

    init() throws {
        reference = try #require(SecretReference("aws-sm://integrations/acme/stripe"))
        field = try #require(SecretReference("aws-sm://integrations/acme/stripe#apiKey"))
    }

    private func read(
        _ status: String,
        _ body: String,
        _ reference: SecretReference? = nil
    ) async throws -> String {
        let server = try VaultServer()
        defer { server.stop() }
        server.feel(.answers(status, body))
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "credentials",
            "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hunter2"
        )
        let store = AWSSecretStore(
            .init(region: "eu-central-1", endpoint: server.address, credentialsFile: file),
            client: try OutboundClient(.init(addressPolicy: .unrestricted))
        )
        return try await store.read(reference ?? self.reference, for: SampleTenant.acme)
            .withText { $0 }
    }

    private func refusal(
        _ status: String,
        _ body: String,
        _ reference: SecretReference? = nil
    ) async throws -> SecretError.Code {
        let error = await #expect(throws: SecretError.self) {
            try await read(status, body, reference)
        }
        let found = try #require(error)
        #expect(!found.detail.contains("hunter2"))
        return found.code
    }

    @Test func `a text, a field and bytes are read`() async throws {
        let text = #"{"Name": "n", "SecretString": "{\"apiKey\": \"k\", \"n\": 1}"}"#
        #expect(try await read("200 OK", text) == #"{"apiKey": "k", "n": 1}"#)
        #expect(try await read("200 OK", text, field) == "k")
        #expect(try await read("200 OK", #"{"SecretBinary": "aGk="}"#) == "hi")
        #expect(try await refusal("200 OK", #"{"SecretString": "{}"}"#, field) == .notFound)
        #expect(try await refusal("200 OK", #"{"SecretString": "k"}"#, field) == .malformed)
    }

    @Test(arguments: [
        ("ResourceNotFoundException", SecretError.Code.notFound),
        ("com.amazonaws.secretsmanager#ResourceNotFoundException", .notFound),
        ("InvalidRequestException", .notFound), ("AccessDeniedException", .forbidden),
        ("UnrecognizedClientException", .forbidden), ("InvalidSignatureException", .forbidden),
        ("ExpiredTokenException", .forbidden), ("DecryptionFailure", .forbidden),
        ("ThrottlingException", .unavailable), ("InternalServiceError", .unavailable),
        ("InvalidParameterException", .malformed), ("hunter2", .malformed),
    ])
    func `an error of AWS has its meaning`(_ type: String, _ code: SecretError.Code) async throws {
        let body = #"{"__type": "\#(type)", "message": "hunter2"}"#
        #expect(try await refusal("400 Bad Request", body) == code)
    }

    @Test(arguments: [
        ("500 Internal Server Error", SecretError.Code.unavailable),
        ("503 Service Unavailable", .unavailable), ("429 Too Many Requests", .unavailable),
        ("403 Forbidden", .forbidden), ("404 Not Found", .notFound),
        ("400 Bad Request", .malformed), ("302 Found", .unavailable),
        ("200 OK", .malformed),
    ])
    func `an answer that is not AWS's has a meaning too`(
        _ status: String,
        _ code: SecretError.Code
    ) async throws {
        #expect(try await refusal(status, "<html>hunter2</html>") == code)
    }

    @Test func `what can't be reached, or signed, is unavailable`() async throws {
        let closed = try SocketListener(address: SocketAddress(host: "127.0.0.1", port: 0)).address
        let folder = try TemporaryFolder()
        for (endpoint, file) in [
            ("http://\(closed)", try folder.write("c", "[default]\naws_access_key_id = a")),
            ("http://\(closed)", "\(folder.path)/nothing"),
        ] {
            let store = AWSSecretStore(
                .init(region: "eu-central-1", endpoint: endpoint, credentialsFile: file),
                client: try OutboundClient(.init(addressPolicy: .unrestricted))
            )
            let error = await #expect(throws: SecretError.self) {
                try await store.read(reference, for: SampleTenant.acme)
            }
            #expect(error?.code == .unavailable)
        }
    }
}
