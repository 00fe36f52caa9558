import JSON
import Testing

@testable import Model

@Suite struct OAuthMethodTests {
    private func read(
        _ method: JSONObject,
        secretSchema: JSONValue? = nil
    ) -> (spec: IntegrationSpec, issues: [Model.Issue]) {
        var auth: JSONObject = ["type": "oauth2", "tokenUrl": "https://a.example/token"]
        for member in method { auth[member.key] = member.value.isNull ? nil : member.value }
        var document: JSONObject = [
            "meta": ["key": "crm.test", "version": 1, "category": "crm"],
            "capabilities": ["provides": []],
            "auth": [.object(auth)],
            "transport": ["type": "rest", "baseUrl": "https://api.example"],
        ]
        document["secretSchema"] = secretSchema
        let issues = IssueList()
        let spec = IntegrationSpec(reading: .object(document), id: nil, issues: issues)
        return (spec, issues.issues)
    }

    @Test func whatIsLeftOutHasADefault() throws {
        let (spec, issues) = read([:])
        #expect(issues.isEmpty)
        let method = try #require(spec.oauth)
        #expect(method.grant == .clientCredentials)
        #expect(method.clientAuthentication == .basic)
        #expect(method.usesPKCE)
        #expect(method.clientIDField == "clientId")
        #expect(method.clientSecretField == "clientSecret")
        #expect(method.refreshTokenField == "refreshToken")
        #expect(method.scopes.isEmpty)
    }

    @Test func aServiceAccountIsAClientThatSigns() throws {
        let (spec, issues) = read([
            "type": "service-account", "credentialField": "file", "credentialFormat": "json",
            "scopes": ["a"], "subject": "{{config.user}}",
        ])
        #expect(issues.isEmpty)
        let method = try #require(spec.oauth)
        #expect(method.grant == .clientCredentials)
        #expect(method.scopes == ["a"])
        #expect(method.serviceAccount?.credentialField == "file")
        #expect(method.serviceAccount?.subject != nil)
    }

    @Test(
        arguments: [
            (["tokenUrl": nil], "/auth/0/tokenUrl"),
            (["tokenUrl": "https://{{secret.token_uri}}/"], "/auth/0/tokenUrl"),
            (["credentialFormat": "p12"], "/auth/0/credentialFormat"),
            (["scopes": ["two words"]], "/auth/0/scopes/0"),
            (["subject": "{{secret.user}}"], "/auth/0/subject"),
            (["clientIdField": "id"], "/auth/0/clientIdField"),
            (["tokenParameters": ["assertion": "x"]], "/auth/0/tokenParameters/assertion"),
        ] as [(JSONObject, String)]
    )
    func whatNoServiceAccountHasIsRefused(change: JSONObject, place: String) {
        var method: JSONObject = ["type": "service-account"]
        for member in change { method[member.key] = member.value }
        let (_, issues) = read(method)
        #expect(issues.map(\.pointer.description) == [place], "\(issues)")
    }

    @Test func anAuthorizationUrlMeansAUsersConsent() throws {
        let (spec, issues) = read([
            "authorizationUrl": "https://{{config.domain}}/authorize", "scopes": ["a", "b:c"],
            "authorizationParameters": ["access_type": "offline"], "pkce": false,
        ])
        #expect(issues.isEmpty)
        let method = try #require(spec.oauth)
        #expect(method.grant == .authorizationCode)
        #expect(method.scopes == ["a", "b:c"])
        #expect(!method.usesPKCE)
        #expect(method.authorizationParameters.map(\.name) == ["access_type"])
    }

    @Test(
        arguments: [
            (["tokenUrl": nil], "/auth/0/tokenUrl"),
            (["tokenUrl": "ftp://a.example/token"], "/auth/0/tokenUrl"),
            (["tokenUrl": "https://u@a.example/token"], "/auth/0/tokenUrl"),
            (["tokenUrl": "https://{{secret.host}}/token"], "/auth/0/tokenUrl"),
            (["grantType": "password"], "/auth/0/grantType"),
            (["grantType": "authorization_code"], "/auth/0/authorizationUrl"),
            (["clientAuthentication": "private_key_jwt"], "/auth/0/clientAuthentication"),
            (["scopes": ["two words"]], "/auth/0/scopes/0"),
            (["scopes": ["quote\""]], "/auth/0/scopes/0"),
            (["scopes": "read"], "/auth/0/scopes"),
            (["pkce": "yes"], "/auth/0/pkce"),
            (["tokenParameters": ["grant_type": "password"]], "/auth/0/tokenParameters/grant_type"),
            (
                ["authorizationParameters": ["redirect_uri": "https://evil.example"]],
                "/auth/0/authorizationParameters/redirect_uri"
            ),
            (["tokenUri": "https://a.example"], "/auth/0/tokenUri"),
        ] as [(JSONObject, String)]
    )
    func whatIsWrongIsNamed(_ method: JSONObject, _ place: String) {
        #expect(read(method).issues.map(\.pointer.description).contains(place))
    }

    @Test func theSecretsFieldsHaveToBeDeclaredWhereThereIsASchema() {
        let schema: JSONValue = [
            "schema": [
                "type": "object",
                "properties": ["clientId": ["type": "string"], "clientSecret": ["type": "string"]],
            ]
        ]
        #expect(read(["clientIdField": "clientId"], secretSchema: schema).issues.isEmpty)
        let (_, issues) = read(["clientIdField": "id"], secretSchema: schema)
        #expect(issues.map(\.pointer.description) == ["/auth/0/clientIdField"])
    }

    @Test func asManyScopesAsTheLimitAndOneMore() {
        let scopes = (1...OAuthMethod.scopeCountMax).map { JSONValue.string("s\($0)") }
        #expect(read(["scopes": .array(scopes)]).issues.isEmpty)
        let more = read(["scopes": .array(scopes + ["one-more"])]).issues
        #expect(more.map(\.pointer.description) == ["/auth/0/scopes"])
    }

    @Test func oneMethodIsEnough() {
        let method: JSONValue = ["type": "oauth2", "tokenUrl": "https://a.example/token"]
        let document: JSONValue = [
            "meta": ["key": "crm.test", "version": 1, "category": "crm"],
            "capabilities": ["provides": []], "auth": [method, method],
        ]
        let issues = IssueList()
        _ = IntegrationSpec(reading: document, id: nil, issues: issues)
        #expect(issues.issues.map(\.pointer.description) == ["/auth"])
    }
}
