import Commands
import HTTPWire
import JSON
import Model
import Platform
import Testing
import TokenTesting
import Tokens
import Waiting

/// Requests with a token of an issuer, as clients send them.
@Suite struct TokenRequestTests {
    private static let resolved =
        "/v1/tenants/acme-corp/configs/invoice-app/sandbox/resolved?workflow=checkout"
    private static let key = SigningKey(.es256)

    /// A server that takes the tokens of one issuer.
    private struct World {
        let api: TestAPI
        let file: KeyFile
        let verifier: TokenVerifier

        init(_ keys: [String] = [TokenRequestTests.key.webKey("k1")], skew: Int64 = 0) async throws
        {
            let file = try KeyFile(keys)
            let issuer = try TokenIssuer([
                "issuer": "https://idp.example", "audience": "bindery", "algorithms": ["ES256"],
                "jwksFile": .string(file.path), "clockSkewSeconds": .integer(skew),
                "tenant": [
                    "claim": "/tenant",
                    "map": [
                        "acme": "acme-corp", "globex": "globex-corp", "staff": nil,
                    ],
                ],
                "roles": ["claim": "/roles"],
                "rolesMax": ["tenant-admin", "tenant-viewer", "runtime", "platform-admin"],
                "environments": [
                    "claim": "/environments", "map": ["all": ["*"], "dev": "sandbox"],
                ],
                "workflows": ["value": ["checkout"]],
            ])
            let verifier = TokenVerifier([issuer], client: nil)
            _ = await verifier.readKeys()
            api = try await TestAPI { $0.tokens = verifier }
            (self.file, self.verifier) = (file, verifier)
            try await api.putSpecs()
            try await api.putTenant("acme-corp")
        }
    }

    private func token(
        _ change: JSONObject = [:],
        seconds: Int64 = 600,
        _ id: String? = "k1"
    ) -> String {
        let now = WallClock.milliseconds() / 1000
        var claims: JSONObject = [
            "iss": "https://idp.example", "sub": "robot-7", "aud": "bindery",
            "exp": .integer(now + seconds), "tenant": "acme", "roles": ["tenant-admin"],
            "environments": "all",
        ]
        for member in change {
            claims[member.key] = member.value.isNull ? JSONValue?.none : member.value
        }
        return Self.key.token(JSONValue.object(claims).serializedText, id)
    }

    @Test func `a token gives what its claims are mapped to, and no more`() async throws {
        let api = try await World().api
        let own = "/v1/tenants/acme-corp/connections"
        for (claims, path, status) in [
            ([:], own, 200), ([:], "/v1/tenants/other/connections", 404), ([:], "/v1/keys", 403),
            ([:], Self.resolved, 200), (["environments": "dev"], Self.resolved, 200),
            (["environments": nil], Self.resolved, 403), (["roles": nil], own, 403),
            (["roles": ["runtime"]], own, 403), (["roles": ["root"]], own, 403),
            (["roles": ["platform-admin"]], own, 403),
            (["roles": ["platform-admin"], "tenant": "staff"], "/v1/keys", 200),
            (["tenant": "other"], own, 401), (["tenant": nil], own, 401),
            (["aud": "other"], own, 401), (["exp": 1], own, 401),
        ] as [(JSONObject, String, Int)] {
            let answer = try await api.send(.get, path, key: token(claims))
            #expect(answer.status == status, "\(claims) \(path) \(answer)")
        }
    }

    @Test func `every refusal reads alike, and says that the token is why`() async throws {
        let api = try await World().api
        let forged = SigningKey(.es256).token("{}", "k1")
        let tokens = [
            forged, "a.b.c", token(["aud": "x"]), token(["iss": "x"]), token(["exp": 1]),
            token([:], "k9"), "bnd_x", "x",
        ]
        var details: Set<String> = []
        for token in tokens {
            let answer = try await api.send(.get, Self.resolved, key: token)
            #expect(answer.status == 401)
            #expect(answer["WWW-Authenticate"] == #"Bearer realm="bindery", error="invalid_token""#)
            details.insert(answer.json["detail"]?.string ?? "")
        }
        #expect(details.count == 1)
        // Who shows nothing is told of no error (RFC 6750 section 3.1).
        let nobody = try await api.send(.get, Self.resolved, key: nil)
        #expect(nobody["WWW-Authenticate"] == #"Bearer realm="bindery""#)
    }

    @Test func `an operator sees each reason, and no byte of a token`() async throws {
        let api = try await World().api
        for token in [token(["aud": "x"]), token(["exp": 1]), token([:], "k9"), "a.b.c"] {
            #expect(try await api.send(.get, Self.resolved, key: token).status == 401)
        }
        let text = try await api.send(.get, "/metrics").text
        for reason in ["wrongAudience", "expired", "unknownKey", "malformed"] {
            let line =
                "bindery_authentication_failures_total{kind=\"jwt\",reason=\"\(reason)\"} 1\n"
            #expect(text.contains(line), "\(reason)")
        }
        #expect(text.contains("bindery_token_keys{issuer=\"https://idp.example\"} 1\n"))
    }

    @Test func `a change is told of its issuer and subject`() async throws {
        let api = try await World().api
        let path = "/v1/tenants/acme-corp/connections/conn/pause"
        let admin = token()
        #expect(try await api.send(.post, path, [:], key: admin).status == 200)
        let answer = try await api.send(.get, "/v1/tenants/acme-corp/audit?kind=change", key: admin)
        let actor = answer.json["items"]?.array?.compactMap { $0["actor"] }
            .first { $0["type"] == "jwt" }
        #expect(actor?["id"] == "https://idp.example robot-7")
        let signature = admin.split(separator: ".").last.map(String.init) ?? admin
        #expect(!answer.text.contains(signature))
    }

    @Test func `one bearer's idempotency key outlives its token`() async throws {
        let api = try await World().api
        let path = "/v1/tenants/acme-corp/connections/conn/pause"
        let once = [HTTPField("Idempotency-Key", "k-1")]
        let first = try await api.send(.post, path, [:], headers: once, key: token(seconds: 600))
        let again = try await api.send(.post, path, [:], headers: once, key: token(seconds: 601))
        #expect(first.status == 200 && again.status == 200)
        #expect(again["Idempotency-Replayed"] == "true")
        let other = token(["sub": "robot-8"])
        let theirs = try await api.send(.post, path, [:], headers: once, key: other)
        #expect(theirs["Idempotency-Replayed"] == nil)
    }

    // MARK: What is remembered

    @Test func `an answer is not repeated once its token's key was withdrawn`() async throws {
        let world = try await World()
        let token = token()
        for _ in 1...3 {
            #expect(try await world.api.send(.get, Self.resolved, key: token).status == 200)
        }
        try world.file.write([SigningKey(.es256).webKey("k2")])
        _ = await world.verifier.readKeys()
        #expect(try await world.api.send(.get, Self.resolved, key: token).status == 401)
        try world.file.write([Self.key.webKey("k1")])
        _ = await world.verifier.readKeys()
        #expect(try await world.api.send(.get, Self.resolved, key: token).status == 200)
    }

    @Test func `an answer is not repeated once its token has ended`() async throws {
        let world = try await World()
        let token = token(seconds: 3)
        let answer = try await world.api.send(.get, Self.resolved, key: token)
        #expect(answer.status == 200)
        var status = 200
        let deadline = Deadline("the end of the token")
        while status == 200 {
            try await deadline.pause(.milliseconds(50))
            status = try await world.api.send(.get, Self.resolved, key: token).status
        }
        #expect(status == 401)
    }

    @Test func `a request whose key is not known yet waits for it`() async throws {
        let world = try await World([SigningKey(.es256).webKey("k0")])
        try world.file.write([Self.key.webKey("k1")])
        let answer = try await world.api.send(.get, Self.resolved, key: token())
        #expect(answer.status == 200)
    }

    /// One bearer with tokens of two tenants: what it did in one is not what it asks in the other.
    @Test func `an idempotency key of one tenant's token is not that of another's`() async throws {
        let api = try await World().api
        let once = [HTTPField("Idempotency-Key", "the-same")]
        let set: JSONValue = [
            "objects": [
                ["kind": "Entity", "object": ["type": "user", "id": "u1", "attributes": [:]]]
            ]
        ]
        for (tenant, path) in [("acme", "acme-corp"), ("globex", "globex-corp")] {
            let token = token(["tenant": .string(tenant)])
            for isAgain in [false, true] {
                let answer = try await api.send(.post, "/v1/apply", set, headers: once, key: token)
                #expect(answer.status == 200, "\(answer)")
                #expect((answer["Idempotency-Replayed"] != nil) == isAgain, "\(tenant)")
                #expect(answer.json["changes"]?.array?.first?["tenantId"]?.string == path)
            }
            let made = "/v1/tenants/\(path)/entities/user/u1"
            #expect(try await api.send(.get, made, key: token).status == 200)
        }
    }
}
