import HTTPWire
import JSON
import Testing

/// A tenant's own secret is validated as the spec says, with its scopes and what is left of its quota.
@Suite struct CredentialValidationTests {
    private static let connection = ProviderWorld.tenant + "/connections/conn"
    private static let secrets = ["A": "good-key-number-one", "B": "narrow-key-number-two"]
        .reduce(into: [String: String]()) {
            $0["BINDERY_SECRET_\($1.key)"] = "{\"apiKey\":\"\($1.value)\"}"
        }

    private static func reply(_ request: HTTPRequest) -> ScriptedProvider.Reply {
        guard request.path == "/whoami" else { return .ok }
        let isNarrow = request.header("authorization")?.contains("narrow") ?? false
        let scopes = isNarrow ? "read narrow-key-number-two" : "read,write read"
        return .answer(
            "200 OK",
            headers: [
                "X-OAuth-Scopes: \(scopes)", "RateLimit-Limit: 100, 100;w=60",
                "RateLimit-Remaining: 42", "RateLimit-Reset: 17",
            ],
            body: "{\"granted\":[\"balance\"]}"
        )
    }

    private func world(_ setup: JSONObject) async throws -> (ScriptedProvider, BinderyServer) {
        let provider = try ScriptedProvider { Self.reply($0) }
        let server = try await BinderyServer.started(secrets: Self.secrets)
        var byok: JSONObject = [
            "validationOperation": "payments.test.whoami", "scopesPointer": "/granted",
            "scopesHeader": "x-oauth-scopes", "consoleUrl": "https://example.com",
        ]
        for member in setup { byok[member.key] = member.value }
        let spec = ProviderWorld.spec(url: provider.url)
            .setting(
                ["method": "GET", "path": "/whoami"],
                at: ["operations", "payments.test.whoami"]
            )
            .setting(BackgroundHealthTests.check(), at: ["healthCheck"])
            .setting(.object(byok), at: ["byokSetup"])
            .setting(["byok", "managed"], at: ["supportedModes"])
        let answer = try await server.send(
            "PUT",
            "/v1/specs/integrations/payments.test/versions/1",
            spec
        )
        guard answer.status < 300 else { throw Missing(what: "a spec: \(answer.text)") }
        try await server.must(
            "POST",
            ProviderWorld.tenant + "/connections",
            ProviderWorld.connection("env://BINDERY_SECRET_A")
        )
        return (provider, server)
    }

    @Test func `a test tells scopes and quota of a tenant's own account`() async throws {
        let (provider, server) = try await world([:])
        defer { provider.stop() }
        let tested = try await server.must("POST", Self.connection + "/test", [:])
        let validation = try #require(tested.json["validation"])
        #expect(validation["valid"] == true)
        #expect(validation["operation"] == "payments.test.whoami")
        #expect(validation["scopes"] == ["balance", "read", "write"])
        #expect(validation["quota"] == ["limit": 100, "remaining": 42, "resetSeconds": 17])
        #expect(tested.json["health"]?["status"] == "healthy")
        let audit = try await server.must("GET", ProviderWorld.tenant + "/audit?kind=health").json
        let actions = (audit["items"]?.array ?? []).compactMap { $0["action"]?.string }
        #expect(Set(actions) == ["connection.check", "connection.validate"])
    }

    @Test func `a managed account is not validated`() async throws {
        let (provider, server) = try await world([:])
        defer { provider.stop() }
        let managed = ProviderWorld.connection("env://BINDERY_SECRET_A")
            .setting("managed", at: ["ownershipMode"]).setting("own", at: ["meta", "id"])
        try await server.must("POST", ProviderWorld.tenant + "/connections", managed)
        let tested = try await server.must(
            "POST",
            ProviderWorld.tenant + "/connections/own/test",
            [:]
        )
        #expect(tested.json["validation"] == nil)
        #expect(!provider.requests.contains { $0.path == "/whoami" })
    }

    @Test func `a secret without the scopes takes nothing over, and is echoed nowhere`()
        async throws
    {
        let (provider, server) = try await world(["requiredScopes": ["write", "balance"]])
        defer { provider.stop() }
        let refused = try await server.send(
            "POST",
            Self.connection + "/rotate",
            ["secretRef": "env://BINDERY_SECRET_B"]
        )
        #expect(refused.status == 422)
        #expect(refused.code == "CREDENTIAL_INVALID")
        #expect(refused.json["validation"]?["missingScopes"] == ["write"])
        #expect(refused.json["validation"]?["errorCode"] == "MISSING_SCOPES")
        #expect(!refused.text.contains("narrow-key"))
        let kept = try await server.must("GET", Self.connection)
        #expect(kept.json["secretRef"] == "env://BINDERY_SECRET_A")
        let taken = try await server.must(
            "POST",
            Self.connection + "/rotate",
            ["secretRef": "env://BINDERY_SECRET_A"]
        )
        #expect(taken.json["validation"]?["valid"] == true)
    }

    @Test(
        arguments: [
            (["validationOperation": "payments.test.nothing"], "/byokSetup/validationOperation"),
            (["scopesPointer": "granted"], "/byokSetup/scopesPointer"),
            (["scopesHeader": "x scopes"], "/byokSetup/scopesHeader"),
            (["requiredScopes": "read"], "/byokSetup/requiredScopes"),
        ] as [(JSONValue, String)]
    )
    func `a setup that can't work is refused with the place`(
        _ setup: JSONValue,
        _ place: String
    )
        async throws
    {
        let error = await #expect(throws: Missing.self) {
            _ = try await world(setup.object ?? [:])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(place))
    }
}
