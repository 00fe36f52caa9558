import JSON
import Model
import Platform
import Testing

@testable import Execution

@Suite struct ClientCredentialsTests {
    @Test func aCallCarriesATokenAndTheNextOneTheSame() async throws {
        let world = try await OAuthWorld { number, _ in OAuthWorld.token("token-number-\(number)") }
        try await world.success()
        try await world.success()
        #expect(world.sent == ["Bearer token-number-1", "Bearer token-number-1"])
        let request = try #require(world.tokenRequests.first)
        #expect(world.tokenRequests.count == 1)
        #expect(request.method == "POST")
        #expect(request.text == "grant_type=client_credentials&scope=pay+read")
        #expect(request.header("content-type") == "application/x-www-form-urlencoded")
        // Form-encoded before they are joined (RFC 6749 section 2.3.1).
        let pair = "client%201:s3cr3t%2Fof%3Aclient"
        #expect(request.header("authorization") == "Basic " + Base64.encode(Array(pair.utf8)))
    }

    @Test func theClientMayAuthenticateInTheBody() async throws {
        let world = try await OAuthWorld(
            method: ["clientAuthentication": "client_secret_post", "scopes": []]
        ) { _, _ in OAuthWorld.token("token-number-1") }
        try await world.success()
        let request = try #require(world.tokenRequests.first)
        #expect(request.header("authorization") == nil)
        #expect(
            request.text
                == "grant_type=client_credentials&client_id=client+1&client_secret=s3cr3t%2Fof%3Aclient"
        )
    }

    @Test func aPublicClientNamesItsIdAlone() async throws {
        let world = try await OAuthWorld(
            method: [
                "clientAuthentication": "none", "tokenParameters": ["audience": "https://api/"],
            ],
            secret: ["clientSecret": nil]
        ) { _, _ in OAuthWorld.token("token-number-1") }
        try await world.success()
        #expect(
            world.tokenRequests.first?.text
                == "grant_type=client_credentials&scope=pay+read&client_id=client+1"
                + "&audience=https%3A%2F%2Fapi%2F"
        )
    }

    @Test func nothingSecretIsInTheAuditNorInTheAnswer() async throws {
        let world = try await OAuthWorld { _, _ in OAuthWorld.token("token-number-1") }
        let result = try await world.success()
        // The provider echoes what it saw.
        #expect(!result.json.serializedText.contains("token-number-1"))
        for text in ["token-number-1", OAuthWorld.clientSecret] {
            #expect(try await !world.world.audit(holds: text))
        }
        #expect(try await world.world.audit(holds: "/v1/pay"))
    }

    @Test func aSecretWithoutTheClientsFieldsIsNamed() async throws {
        let world = try await OAuthWorld(secret: ["clientSecret": nil]) { _, _ in
            OAuthWorld.token("token-number-1")
        }
        let failure = try await world.failure()
        #expect(failure.reason == .secretUnavailable(detail: "it has no field clientSecret"))
        #expect(world.tokenRequests.isEmpty)
    }

    @Test func aTokenEndpointWhoseAddressIsRefusedIsNotCalled() async throws {
        let world = try await OAuthWorld(allow: []) { _, _ in OAuthWorld.token("token-number-1") }
        let failure = try await world.failure()
        #expect(failure.reason.code == "SECRET_UNAVAILABLE")
        #expect(failure.reason.detail.contains("may not be called"))
        #expect(world.world.provider.requests.isEmpty)
    }

    @Test func aRedirectOfTheTokenEndpointIsNotFollowed() async throws {
        let world = try await OAuthWorld { number, _ in
            number == 1 ? .redirect(307, to: "/token") : OAuthWorld.token("token-number-2")
        }
        let failure = try await world.failure()
        #expect(failure.reason.detail.contains("the token endpoint answered 307"))
        #expect(world.tokenRequests.count == 1)
        #expect(world.sent.isEmpty)
    }

    @Test func theHealthCheckNeedsATokenTooAndSharesIt() async throws {
        let world = try await OAuthWorld { _, _ in OAuthWorld.token("token-number-1") }
        try await world.success()
        var document = try world.spec().document.object
        document["healthCheck"] = ["operation": "test.pay"]
        let health = await world.world.health.check(
            HealthQuestion(
                try SampleSpec.connection(),
                try SampleSpec.spec(.object(document)),
                config: [:]
            ),
            previous: .unknown
        )
        #expect(health.status == .healthy)
        #expect(world.tokenRequests.count == 1)
        #expect(world.sent.count == 2)
    }
}
