import Foundation
import JSON
import Platform
import Synchronization
import Testing
import TokenTesting
import Waiting

/// Tokens of an identity provider on the loopback interface, whose keys come and go.
@Suite struct TokenTests {
    /// What the provider answers to whoever asks for its keys.
    private final class KeyServer: Sendable {
        private let reply: Box
        let provider: ScriptedProvider

        private final class Box: Sendable {
            let value = Mutex(ScriptedProvider.Reply.ok)
        }

        init(_ keys: [String]) throws {
            let reply = Box()
            self.reply = reply
            provider = try ScriptedProvider { _ in reply.value.withLock { $0 } }
            answer(keys)
        }

        deinit { provider.stop() }

        func answer(_ keys: [String]) { answer(body: SigningKey.set(keys)) }
        func answer(_ status: String = "200 OK", body: String) {
            self << .answer(status, body: body)
        }

        static func << (server: KeyServer, reply: ScriptedProvider.Reply) {
            server.reply.value.withLock { $0 = reply }
        }
    }

    private static let path = "/v1/tenants/acme/connections"

    private static func issuer(_ place: (String, String), _ more: JSONObject = [:]) -> JSONObject {
        var issuer: JSONObject = [
            "issuer": "https://idp.example", "audience": "bindery",
            "algorithms": ["RS256", "EdDSA"],
            "tenant": ["claim": "/tenant"], "roles": ["claim": "/roles"],
            "rolesMax": ["tenant-admin", "runtime"], "refreshSeconds": 10,
        ]
        issuer[place.0] = .string(place.1)
        for member in more { issuer[member.key] = member.value }
        return issuer
    }

    private static func server(
        _ issuer: JSONObject,
        _ flags: [String] = []
    ) async throws
        -> BinderyServer
    {
        let text = JSONValue.array([.object(issuer)]).serializedText
        return try await BinderyServer.started(flags: ["--auth-jwt", text] + flags)
    }

    private static func claims(_ change: JSONObject = [:]) -> String {
        let now = WallClock.milliseconds() / 1000
        var claims: JSONObject = [
            "iss": "https://idp.example", "sub": "robot-7", "aud": "bindery", "tenant": "acme",
            "roles": ["tenant-admin"], "iat": .integer(now), "exp": .integer(now + 600),
        ]
        for member in change { claims[member.key] = member.value }
        return JSONValue.object(claims).serializedText
    }

    private static func status(_ server: BinderyServer, _ token: String) async throws -> Int {
        try await server.send("GET", path, key: token).status
    }

    /// Waits until a token is answered so.
    private static func until(
        _ status: Int,
        _ server: BinderyServer,
        _ token: String
    ) async throws {
        let deadline = Deadline("a token answered by \(status)")
        while try await self.status(server, token) != status {
            try await deadline.pause(.milliseconds(50))
        }
    }

    @Test func `keys at a URL rotate, and a withdrawn one ends its tokens`() async throws {
        let (old, new) = (SigningKey(.rs256), SigningKey(.edDSA))
        let keys = try KeyServer([old.webKey("k1")])
        let server = try await Self.server(Self.issuer(("jwksUrl", keys.provider.url + "/keys")))
        let (first, second) = (old.token(Self.claims(), "k1"), new.token(Self.claims(), "k2"))
        for _ in 1...3 { #expect(try await Self.status(server, first) == 200) }
        // The new key is found when a token names it: the request waits for it.
        keys.answer([old.webKey("k1"), new.webKey("k2")])
        #expect(try await Self.status(server, second) == 200)
        #expect(try await Self.status(server, first) == 200)
        let requests = keys.provider.requests.count
        #expect(try await Self.status(server, old.token(Self.claims(), "k9")) == 401)
        #expect(keys.provider.requests.count == requests)
        // Nobody asks for the old one any more: it ends with the next look.
        keys.answer([new.webKey("k2")])
        try await Self.until(401, server, first)
        #expect(try await Self.status(server, second) == 200)
        #expect(!server.log.contains(first.suffix(40)))
        try await server.end(SIGTERM)
    }

    @Test func `a server of keys that is down, slow, huge or talks nonsense does no harm`()
        async throws
    {
        let key = SigningKey(.rs256)
        let token = key.token(Self.claims(), "k1")
        let keys = try KeyServer([])
        keys << .close
        let server = try await Self.server(Self.issuer(("jwksUrl", keys.provider.url)))
        let refused = try await server.send("GET", Self.path, key: token)
        #expect(refused.status == 503 && refused.json["code"] == "KEYS_UNAVAILABLE")
        #expect(refused["retry-after"] != nil)
        let huge = "{\"keys\":[], \"x\": \"" + String(repeating: "x", count: 300 << 10) + "\"}"
        for (status, body) in [
            ("302 Found", SigningKey.set([key.webKey("k1")])), ("200 OK", "<html>"),
            ("200 OK", huge),
        ] {
            keys.answer(status, body: body)
            let asked = keys.provider.requests.count
            try await Wait.until("the keys are read again") {
                keys.provider.requests.count > asked
            }
            #expect(try await server.send("GET", "/livez", key: nil).status == 200)
            #expect(try await Self.status(server, token) == 503)
        }
        keys.answer([key.webKey("k1")])
        try await Self.until(200, server, token)
        // From now on it holds what it is asked: the keys that were read go on, and a request that
        // would need another one is answered all the same.
        keys << .hold
        #expect(try await Self.status(server, token) == 200)
        #expect(try await Self.status(server, key.token(Self.claims(), "k9")) == 401)
        #expect(try await Self.status(server, token) == 200)
        #expect(server.log.contains("jwt.keysFailed"))
        try await server.end(SIGTERM)
    }

    @Test func `keys in a file are read when it changes, and a bad file stops the start`()
        async throws
    {
        let (old, new) = (SigningKey(.rs256), SigningKey(.rs256))
        let file = try KeyFile([old.webKey("k1")])
        let server = try await Self.server(Self.issuer(("jwksFile", file.path)))
        let (first, second) = (old.token(Self.claims(), "k1"), new.token(Self.claims(), "k2"))
        #expect(try await Self.status(server, first) == 200)
        #expect(
            try await server.send("GET", "/v1/tenants/other/connections", key: first).status == 404
        )
        #expect(try await server.send("GET", "/v1/keys", key: first).status == 403)
        try file.write([new.webKey("k2")])
        try await Self.until(401, server, first)
        try await Self.until(200, server, second)
        // A file that is gone withdraws nothing.
        try file.remove()
        try await Wait.until("the failure is told") { server.log.contains("jwt.keysFailed") }
        #expect(try await Self.status(server, second) == 200)
        try await server.end(SIGTERM)

        let next = try server.launch()
        let ending = try await next.ending()
        #expect(ending == .exit(1))
        #expect(next.errors.contains("auth.jwt: the keys of https://idp.example"))
    }

    @Test func `a hammered key is answered 429 by name, and its holder 200`() async throws {
        let server = try await BinderyServer.started(
            flags: ["--auth-failures-per-key-per-minute", "3"]
        )
        let body: JSONValue = ["roles": ["tenant-admin"]]
        let made = try await server.must("POST", "/v1/tenants/acme/keys", body)
        let key = made.json["key"]?.string ?? ""
        var limited: WireAnswer?
        // More than two limits' worth, so that a minute that turns meanwhile does not matter.
        for _ in 1...8 {
            let answer = try await server.send("GET", Self.path, key: Self.wrong(key))
            if answer.status == 429 { limited = answer } else { #expect(answer.status == 401) }
        }
        #expect(limited?["ratelimit"]?.hasPrefix("\"failuresPerKey\";r=0;t=") == true)
        #expect(limited?["ratelimit-policy"] == "\"failuresPerKey\";q=3;w=60")
        #expect(limited?["retry-after"] != nil)
        #expect(try await server.send("GET", Self.path, key: key).status == 200)
        try await server.end(SIGTERM)
    }

    /// A key of the same id whose secret is another one, with its checksum.
    private static func wrong(_ key: String) -> String {
        let head = String(key.dropLast(7)) + (key.dropLast(6).last == "A" ? "B" : "A")
        let sum = Checksum.crc32c(Array(head.utf8).span)
        return head
            + Base62.encode((0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }

    // MARK: The page for operators

    @Test func `the page's example works as it is written`() async throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/authentication.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let blocks = text.split(separator: "```json\n").dropFirst()
            .map { $0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex) }
        try #require(blocks.count == 2)
        let key = SigningKey(.rs256)
        let keys = try KeyServer([key.webKey("k1")])
        let settings = blocks[0]
            .replacing("https://idp.example/oauth/keys", with: keys.provider.url)
        let folder = try TemporaryFolder()
        let file = try folder.write("settings.json", String(settings))
        let server = try await BinderyServer.started(flags: ["--config", file])
        var claims = try JSONValue(parsing: String(blocks[1])).object ?? [:]
        claims["exp"] = .integer(WallClock.milliseconds() / 1000 + 600)
        let token = key.token(JSONValue.object(claims).serializedText, "k1")
        #expect(try await Self.status(server, token) == 200)
        let other = try await server.send("GET", "/v1/tenants/globex/connections", key: token)
        #expect(other.status == 404)
        try await server.end(SIGTERM)
    }
}
