import Glibc
import HTTPWire
import JSON
import Synchronization
import Testing

/// Calls carry tokens of an authorization server, and a grant that has ended is seen and mended.
@Suite struct OAuthTests {
    private static let connection = ProviderWorld.tenant + "/connections/conn"

    /// A provider with its authorization server, which knows one refresh token.
    private func world() async throws -> (ScriptedProvider, ProviderWorld) {
        let provider = try ScriptedProvider { request in
            guard request.path == "/token" else {
                let isGood = request.header("authorization") == "Bearer token-of-the-grant"
                return isGood ? .ok : .answer("401 Unauthorized", body: "{}")
            }
            guard String(decoding: request.body, as: UTF8.self).contains("good-refresh-token")
            else { return .answer("400 Bad Request", body: #"{"error": "invalid_grant"}"#) }
            return .answer(
                "200 OK",
                body: #"{"access_token": "token-of-the-grant", "expires_in": 3600}"#
            )
        }
        let secrets = ["A": "ended-refresh-token", "B": "good-refresh-token"]
        let variables = secrets.map { name, token in
            (
                "BINDERY_SECRET_\(name)",
                #"{"clientId": "c1", "clientSecret": "secret-of-client", "refreshToken": "\#(token)"}"#
            )
        }
        let world = try await ProviderWorld(
            url: provider.url,
            secrets: Dictionary(uniqueKeysWithValues: variables),
            auth: [
                "type": "oauth2", "grantType": "refresh_token",
                "tokenUrl": .string(provider.url + "/token"),
            ]
        )
        return (provider, world)
    }

    private func endings(_ world: ProviderWorld) async throws -> [JSONValue] {
        let target = ProviderWorld.tenant + "/audit?kind=change&connection=conn"
        let list = try await world.server.must("GET", target).json["items"]?.array ?? []
        return list.filter { $0["action"] == "connection.grantEnded" }
    }

    @Test func `a grant that has ended pauses its connection once`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let answers = try await withThrowingTaskGroup(of: WireAnswer.self) { group in
            for _ in 1...5 { group.addTask { try await world.execute() } }
            var answers: [WireAnswer] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
        // Whoever came when it was paused already finds nobody who serves.
        for answer in answers where answer.status != 503 {
            #expect(answer.status == 502, "\(answer)")
            #expect(answer.code == "SECRET_UNAVAILABLE")
            #expect(answer.json["reason"] == "NEEDS_REAUTHORIZATION")
        }
        #expect(answers.contains { $0.status == 502 })
        let connection = try await world.server.must("GET", Self.connection).json
        #expect(connection["status"] == "paused")
        #expect(connection["statusReason"] == "NEEDS_REAUTHORIZATION")
        #expect(try await endings(world).count == 1)
        #expect(try await endings(world).first?["actor"]?["type"] == "system")
        let refused = try await world.execute()
        #expect(refused.status == 503, "\(refused)")
        #expect(refused.code == "NO_CONNECTION_AVAILABLE")
    }

    @Test func `tokens that nothing renews are told of before they end, once, over starts`()
        async throws
    {
        let tokens = Mutex(#"{"access_token": "token-of-the-grant", "expires_in": 86400}"#)
        let provider = try ScriptedProvider { request in
            request.path == "/token" ? .answer("200 OK", body: tokens.withLock { $0 }) : .ok
        }
        defer { provider.stop() }
        let folder = try TemporaryFolder()
        try folder.write("keys", String(repeating: "c3", count: 32))
        let server = BinderyServer(
            in: folder,
            flags: [
                "--outbound-allow", "127.0.0.0/8", "--secrets-local-key-file", folder.path("keys"),
                "--oauth-callback-url", "https://bindery.example/v1/connect/callback",
            ],
            variables: [
                "BINDERY_BOOTSTRAP_KEY": BinderyServer.bootstrapKey,
                "BINDERY_SECRET_A": #"{"clientId": "c1", "clientSecret": "secret-of-client"}"#,
            ]
        )
        try await server.start()
        let world = try await ProviderWorld(
            over: server,
            url: provider.url,
            auth: [
                "type": "oauth2", "grantType": "authorization_code",
                "authorizationUrl": "https://id.example/authorize",
                "tokenUrl": .string(provider.url + "/token"),
            ]
        )
        func consent() async throws -> JSONValue {
            let begun = try await server.must("POST", Self.connection + "/connect", [:]).json
            let state = try #require(begun["state"]?.string)
            try await server.must("GET", "/v1/connect/callback?state=\(state)&code=code-1")
            return try await server.must("GET", Self.connection).json
        }
        func deliveries() async throws -> [JSONValue] {
            let path = ProviderWorld.tenant + "/webhooks/ops/deliveries"
            return try await server.must("GET", path).json["items"]?.array ?? []
        }
        let hook: JSONValue = [
            "url": .string(provider.url + "/hook"), "events": ["connection.credentials_expiring"],
        ]
        try await server.must("PUT", ProviderWorld.tenant + "/webhooks/ops", hook)
        let connection = try await consent()
        let end = try #require(connection["credentialsExpiresAt"]?.string)
        #expect(try await world.execute().status == 200)
        // Who looks for such ends does so at the start.
        for _ in 1...3 {
            try await server.end(SIGKILL)
            try await server.start()
            try await Wait.until("the alert") {
                try await deliveries().first?["status"] == "delivered"
            }
        }
        #expect(try await deliveries().count == 1)
        let request = try #require(provider.requests.first { $0.path == "/hook" })
        let told = try JSONValue(parsing: request.body)
        #expect(told["data"]?["expiresAt"]?.string == end && told["data"]?["daysLeft"] == 3)
        // Tokens that are renewed have no end, and a date that somebody wrote stays.
        let renewed = #"{"access_token": "t2", "expires_in": 60, "refresh_token": "r2"}"#
        tokens.withLock { $0 = renewed }
        #expect(try await consent()["credentialsExpiresAt"] == nil)
        let own: JSONValue = ["credentialsExpiresAt": "2099-01-01T00:00:00Z"]
        try await server.must("PATCH", Self.connection, own)
        #expect(try await consent()["credentialsExpiresAt"] == "2099-01-01T00:00:00Z")
        try await server.end(SIGTERM)
    }

    @Test func `a secret that works puts the connection back`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        _ = try await world.execute()
        let body: JSONValue = ["secretRef": "env://BINDERY_SECRET_B", "reason": "new consent"]
        let rotated = try await world.server.must("POST", Self.connection + "/rotate", body).json
        #expect(rotated["status"] == "active")
        #expect(rotated["statusReason"] == nil)
        let answer = try await world.execute()
        #expect(answer.status == 200, "\(answer)")
        let record = try await world.record(of: answer).serializedText
        for secret in ["token-of-the-grant", "good-refresh-token", "secret-of-client"] {
            #expect(!record.contains(secret))
        }
    }

    @Test func `the next connection serves in the very call that finds the end`() async throws {
        let (provider, world) = try await world()
        defer { provider.stop() }
        let other = ProviderWorld.connection("env://BINDERY_SECRET_B")
            .setting("conn_b", at: ["meta", "id"])
        try await world.server.must("POST", ProviderWorld.tenant + "/connections", other)
        let bindings: [JSONValue] = ["conn", "conn_b"].enumerated()
            .map { index, id in
                [
                    "slotId": "payments.primary", "connectionId": .string(id),
                    "priority": .integer(Int64(index)), "scope": ["workflows": ["checkout"]],
                ]
            }
        let config = ProviderWorld.config.setting(.array(bindings), at: ["integrations"])
        try await world.server.must("POST", ProviderWorld.line + "/versions", config)
        try await world.server.must("POST", ProviderWorld.line + "/versions/2/publish", [:])
        let answer = try await world.execute()
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.json["connectionId"] == "conn_b")
        let passed: JSONValue = ["connectionId": "conn", "reason": "NEEDS_REAUTHORIZATION"]
        #expect(answer.json["passedOver"] == [passed])
    }
}
