import JSON
import Model
import Platform
import Testing
import TokenTesting

@testable import Execution

@Suite struct ServiceAccountTests {
    private static let email = "robot@things.example"
    private static let keyFile: JSONObject = [
        "type": "service_account", "client_email": .string(email), "private_key_id": "key-7",
        "private_key": .string(RSAKeyFile.pem), "token_uri": "https://attacker.example/token",
        "clientId": nil, "clientSecret": nil,
    ]

    private func world(
        method: JSONObject = [:],
        secret: JSONObject = keyFile
    ) async throws -> OAuthWorld {
        var members: JSONObject = ["type": "service-account"]
        for member in method { members[member.key] = member.value }
        return try await OAuthWorld(method: members, secret: secret) { number, _ in
            OAuthWorld.token("token-number-\(number)")
        }
    }

    /// The assertion's header and claims, once its signature holds.
    private func assertion(of world: OAuthWorld) throws -> (header: JSONValue, claims: JSONValue) {
        let request = try #require(world.tokenRequests.first)
        #expect(request.header("authorization") == nil)
        let start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        try #require(request.text.hasPrefix(start))
        let (assertion, scope) = try #require(Self.split(request.text.dropFirst(start.count)))
        let parts = assertion.split(separator: ".").map(String.init)
        #expect(scope == "pay+read" || scope.isEmpty)
        try #require(parts.count == 3)
        let modulus = try #require(Hex.decode(RSAKeyFile.modulus))
        let key = try #require(SignatureKey(rsaModulus: modulus, exponent: [1, 0, 1]))
        let signature = try #require(Base64.decode(parts[2], as: .url))
        #expect(key.verifies(signature, of: Array("\(parts[0]).\(parts[1])".utf8)))
        let texts = try parts.prefix(2).map { try #require(Base64.decode($0, as: .url)) }
        return (try JSONValue(parsing: texts[0]), try JSONValue(parsing: texts[1]))
    }

    /// The assertion and the request's scope.
    private static func split(_ text: Substring) -> (String, String)? {
        let fields = text.split(separator: "&", omittingEmptySubsequences: false)
        guard let first = fields.first, fields.count <= 2 else { return nil }
        let scope = fields.dropFirst().first.map { $0.dropFirst("scope=".count) } ?? ""
        return (String(first), String(scope))
    }

    @Test func anAssertionBringsATokenThatIsUsedAgain() async throws {
        let world = try await world()
        try await world.success()
        try await world.success()
        #expect(world.sent == ["Bearer token-number-1", "Bearer token-number-1"])
        #expect(world.tokenRequests.count == 1)
        let grant = #""grantType":"urn:ietf:params:oauth:grant-type:jwt-bearer""#
        #expect(try await world.world.audit(holds: grant))
        let (header, claims) = try assertion(of: world)
        #expect(header == ["alg": "RS256", "typ": "JWT", "kid": "key-7"])
        #expect(claims["iss"]?.string == Self.email)
        #expect(claims["aud"]?.string == world.world.provider.url("/token"))
        #expect(claims["scope"]?.string == "pay read")
        #expect(claims["sub"] == nil)
        guard case .integer(let issued) = claims["iat"], case .integer(let end) = claims["exp"]
        else {
            Issue.record("iat and exp are numbers")
            return
        }
        #expect(end - issued == 300)
    }

    @Test func theKeyFileMayBeATextInAField() async throws {
        let text = JSONValue.object(Self.keyFile).serializedText
        let world = try await world(
            method: ["credentialField": "file", "subject": "user@things.example", "scopes": []],
            secret: ["file": .string(text)]
        )
        try await world.success()
        let (_, claims) = try assertion(of: world)
        #expect(claims["sub"]?.string == "user@things.example")
        #expect(claims["scope"] == nil)
    }

    @Test func aSecretThatIsNoKeyFileIsNamed() async throws {
        let changes: [(JSONObject, String)] = [
            (["private_key": nil], "its key file has no private_key"),
            (["client_email": nil], "its key file has no client_email"),
            (["client_email": "a\u{1}b"], "its key file has no client_email"),
            (["private_key": .string(RSAKeyFile.brokenPEM)], "the private_key of its key file"),
            (["private_key": "hunter2"], "the private_key of its key file is none of RSA"),
        ]
        for (change, detail) in changes {
            var secret = Self.keyFile
            for member in change { secret[member.key] = member.value }
            let world = try await world(secret: secret)
            let failure = try await world.failure()
            #expect("\(failure.reason)".contains(detail), "\(failure.reason)")
            #expect(world.tokenRequests.isEmpty)
            #expect(world.sent.isEmpty)
        }
        let world = try await world(method: ["credentialField": "file"], secret: ["file": "{"])
        let failure = try await world.failure()
        #expect("\(failure.reason)".contains("its field file is no JSON"))
    }

    @Test func aSubjectThatIsMissingIsNoneOfTheAccountItself() async throws {
        let world = try await world(method: ["subject": "{{config.nobody}}"])
        let failure = try await world.failure()
        #expect("\(failure.reason)".contains("subject"), "\(failure.reason)")
        #expect(world.tokenRequests.isEmpty)
    }

    @Test func anAssertionThatIsRefusedIsNoEndOfAGrant() async throws {
        let world = try await OAuthWorld(
            method: ["type": "service-account"],
            secret: Self.keyFile
        ) { _, _ in OAuthWorld.refusal("invalid_grant") }
        let failure = try await world.failure()
        #expect(!"\(failure.reason)".contains("eauthorization"), "\(failure.reason)")
        #expect(world.observer.ends.isEmpty)
    }

    @Test func theKeyIsNowhere() async throws {
        let world = try await world()
        try await world.success()
        let line = String(RSAKeyFile.pem.split(separator: "\n")[3])
        for text in ["token-number-1", "PRIVATE KEY", line] {
            #expect(try await !world.world.audit(holds: text))
        }
    }
}
