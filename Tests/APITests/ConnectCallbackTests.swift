import API
import Commands
import HTTPWire
import JSON
import Testing

/// Who comes back from a consent, and where users may be sent.
@Suite struct ConnectCallbackTests {
    private static let callback = "https://bindery.example/v1/connect/callback"
    private static let page = "https://app.example/connected"
    private static let base = "/v1/tenants/acme-corp/connections/conn"

    private func world() async throws -> WebhookWorld {
        let world = try await WebhookWorld {
            $0.oauth.callbackURL = Self.callback
            $0.oauth.redirectURIs = [Self.page]
        }
        try world.write(["clientId": "c1", "clientSecret": "s1"], to: "client.json")
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": "payments.consent", "version": 1, "category": "payments"]
        spec["secretSchema"] = nil
        spec["auth"] = [
            [
                "type": "oauth2", "grantType": "authorization_code",
                "authorizationUrl": "https://id.example/authorize",
                "tokenUrl": "https://id.example/token",
            ]
        ]
        let path = "/v1/specs/integrations/payments.consent/versions/1"
        try await world.api.must(.put, path, .object(spec))
        for tenant in ["acme-corp", "other-corp"] {
            try await world.put(
                "conn",
                of: tenant,
                spec: "payments.consent",
                secret: "file://client.json"
            )
        }
        return world
    }

    /// Begins a consent; its state.
    private func begin(_ world: WebhookWorld, _ tenant: String) async throws -> String {
        let path = "/v1/tenants/\(tenant)/connections/conn/connect"
        let answer = try await world.api.must(.post, path, [:])
        return try #require(answer.json["state"]?.string)
    }

    private func finish(_ world: WebhookWorld, _ state: String) async throws -> TestAnswer {
        // A refusal of the user's is told only to who has a good state.
        let target = "/v1/connect/callback?state=\(state)&error=access_denied"
        return try await world.api.send(.get, target, key: nil)
    }

    @Test func `a state is good for its own tenant's connection alone`() async throws {
        let world = try await world()
        let own = try await begin(world, "acme-corp")
        let other = try await begin(world, "other-corp")
        let ownRandom = try #require(own.split(separator: "~").last)
        let otherRandom = try #require(other.split(separator: "~").last)
        let forged = [
            // The random part of one tenant's consent under the other one's name, either way.
            "other-corp~conn~\(ownRandom)", "acme-corp~conn~\(otherRandom)",
            "acme-corp~hook~\(ownRandom)", "no-corp~conn~\(ownRandom)",
            "acme-corp~conn~", "acme-corp~conn", "~~\(ownRandom)", String(ownRandom),
        ]
        for state in forged {
            let answer = try await finish(world, state)
            #expect(answer.status == 400 && answer.code == "CONNECT_STATE_INVALID", "\(state)")
            #expect(!answer.text.contains(ownRandom))
        }
        // Neither consent was ended by them: each is good still, and once.
        for state in [own, other] {
            let answer = try await finish(world, state)
            #expect(answer.code == "AUTHORIZATION_REFUSED", "\(answer)")
            #expect(try await finish(world, state).code == "CONNECT_STATE_INVALID")
        }
        for tenant in ["acme-corp", "other-corp"] {
            let path = "/v1/tenants/\(tenant)/connections/conn"
            let connection = try await world.api.must(.get, path)
            #expect(connection.json["secretRef"] == "file://client.json")
        }
    }

    @Test(
        arguments: [
            "https://evil.example/", page + "/", page + "?x=1", page + "#", callback + "/",
            "https://app.example:443/connected", "https://APP.example/connected",
            "http://app.example/connected", "https://app.example/connected%2e",
            "https://user@app.example/connected", "", "javascript:alert(1)",
        ]
    )
    func `a redirect URI that is not the operator's is refused`(_ uri: String) async throws {
        let world = try await world()
        let body: JSONValue = ["redirectUri": .string(uri)]
        let answer = try await world.api.send(.post, Self.base + "/connect", body)
        #expect(answer.status == 422 && answer.code == "INVALID_VALUE", "\(answer)")
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/redirectUri")
        #expect(answer.json["authorizationUrl"] == nil)
    }

    @Test func `those of the operator are taken, to the letter`() async throws {
        let world = try await world()
        for uri in [Self.page, Self.callback] {
            let body: JSONValue = ["redirectUri": .string(uri)]
            let answer = try await world.api.must(.post, Self.base + "/connect", body)
            #expect(answer.json["redirectUri"]?.string == uri)
            let url = try #require(answer.json["authorizationUrl"]?.string)
            #expect(url.hasPrefix("https://id.example/authorize?"))
        }
        let none = try await world.api.must(.post, Self.base + "/connect", [:])
        #expect(none.json["redirectUri"]?.string == Self.callback)
    }
}
