import Audit
import JSON
import Model
import Testing

@testable import Execution

/// Each request to a token endpoint is in the trail, without a secret.
@Suite struct TokenRecordTests {
    /// The records of token requests, the oldest first.
    private func records(_ world: OAuthWorld) async throws -> [JSONValue] {
        let tenant = try #require(TenantID("acme"))
        return try await world.world.trail.list(tenant: tenant, limit: 100).items.reversed()
            .map(\.json)
            .filter { $0["action"] == "oauth.token" }
    }

    @Test func `a token that was granted is recorded once, however many calls it serves`()
        async throws
    {
        let world = try await OAuthWorld { _, _ in OAuthWorld.token("token-number-1") }
        for _ in 0..<3 { try await world.success() }
        let records = try await records(world)
        #expect(records.count == 1)
        let record = try #require(records.first)
        #expect(record["kind"] == "call" && record["outcome"] == "success")
        #expect(record["actor"]?["type"] == "system" && record["actor"]?["id"] == "oauth")
        #expect(record["resource"]?["type"] == "connection")
        #expect(record["after"]?["grantType"] == "client_credentials")
        let host = world.world.provider.url("").dropFirst("http://".count)
        #expect(record["after"]?["endpointHost"]?.string == String(host))
        #expect(record["latencyMs"] != nil && record["error"] == nil)
        #expect(record["environment"] != nil && record["connectionId"] != nil)
        let text = record.serializedText
        for secret in ["token-number-1", OAuthWorld.clientSecret, "client 1", "/token"] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test(
        arguments: [
            ("invalid_client", "401 Unauthorized", "TOKEN_REQUEST_REJECTED"),
            ("invalid_grant", "400 Bad Request", "NEEDS_REAUTHORIZATION"),
            ("server_error", "503 Service Unavailable", "TOKEN_ENDPOINT_UNAVAILABLE"),
        ]
    )
    func `a request that failed says why`(
        _ code: String,
        _ status: String,
        _ failure: String
    ) async throws {
        let world = try await OAuthWorld(
            method: ["grantType": "refresh_token", "scopes": []],
            secret: ["refreshToken": "refresh-token-0"]
        ) { _, _ in OAuthWorld.refusal(code, status) }
        _ = try await world.failure()
        let record = try #require(try await records(world).first)
        #expect(record["outcome"] == "failure")
        #expect(record["error"]?["code"]?.string == failure)
        #expect(record["after"]?["grantType"] == "refresh_token")
        let text = record.serializedText
        for secret in ["refresh-token-0", "hunter2", OAuthWorld.clientSecret] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test func `an endpoint that does not answer is recorded too`() async throws {
        let world = try await OAuthWorld(allow: []) { _, _ in OAuthWorld.token("token-number-1") }
        _ = try await world.failure()
        let record = try #require(try await records(world).first)
        #expect(record["outcome"] == "failure")
        #expect(record["error"]?["code"] == "TOKEN_REQUEST_REJECTED")
    }

    @Test(
        arguments: [
            ("https://id.example/oauth/token?key=s", "id.example"),
            ("https://user:pass@id.example:8443/x", "id.example:8443"),
            ("https://id.example", "id.example"), ("https://id.example#a@b", "id.example"),
        ]
    )
    func `of an endpoint's URL the host alone is told`(_ url: String, _ host: String) {
        #expect(TokenClient.host(of: url) == host)
    }
}
