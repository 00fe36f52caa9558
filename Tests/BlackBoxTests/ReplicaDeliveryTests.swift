import Glibc
import HTTPWire
import JSON
import Platform
import Synchronization
import Testing
import Waiting

/// Two servers over one ledger: a token is renewed once, an alert is sent once.
@Suite(.enabled(if: SharedDatabase.url != nil, "NOT RUN without BINDERY_TEST_POSTGRES"))
struct ReplicaDeliveryTests {
    private static let hook = "/v1/tenants/acme-corp/webhooks/shop"
    private let ledger = SharedDatabase.newLedger()

    private func replicas(in folder: TemporaryFolder) async throws -> [BinderyServer] {
        try folder.write("keys", String(repeating: "c3", count: 32))
        let flags = [
            "--outbound-allow", "127.0.0.0/8", "--secrets-local-key-file", folder.path("keys"),
        ]
        let provider = ["BINDERY_SECRET_A": #"{"apiKey":"key-of-the-provider"}"#]
        let secrets = provider.merging(InboundWebhookTests.secrets) { own, _ in own }
        let servers = ["a", "b"]
            .map {
                BinderyServer(replica: $0, of: ledger, in: folder, flags: flags, secrets: secrets)
            }
        for server in servers { try await server.start() }
        return servers
    }

    /// Waits until one server has seen what another one did.
    private func catchUp(_ server: BinderyServer, with other: BinderyServer) async throws {
        let revision = try await other.must("GET", "/v1/tenants")["bindery-revision"] ?? "0"
        let header = "Bindery-Min-Revision: \(revision)"
        #expect(try await server.send("GET", "/v1/tenants", headers: [header]).status == 200)
    }

    // MARK: Tokens

    /// An authorization server whose refresh tokens are good once; the first tokens live for three
    /// seconds, the last for an hour.
    private final class RotatingServer: Sendable {
        static let tokenCount = 4
        private struct State {
            var count = 0
            var misused = 0
        }
        private let state = Mutex(State())

        var count: Int { state.withLock { $0.count } }
        var misused: Int { state.withLock { $0.misused } }

        func answer(_ request: HTTPRequest) -> ScriptedProvider.Reply {
            state.withLock { state in
                guard request.path == "/token" else {
                    let known = (1...Self.tokenCount).map { "Bearer access-token-\($0)" }
                    let isGood = known.contains(request.header("authorization") ?? "")
                    return isGood ? .ok : .answer("401 Unauthorized", body: "{}")
                }
                let body = String(decoding: request.body, as: UTF8.self)
                guard body.contains("refresh_token=refresh-token-\(state.count)") else {
                    state.misused += 1
                    return .answer("400 Bad Request", body: #"{"error": "invalid_grant"}"#)
                }
                state.count += 1
                let number = state.count
                let life = number < Self.tokenCount ? 3 : 3600
                return .answer(
                    "200 OK",
                    body: #"{"access_token": "access-token-\#(number)", "expires_in": \#(life), "#
                        + #""refresh_token": "refresh-token-\#(number)"}"#
                )
            }
        }
    }

    /// A world whose connection gets its tokens by the refresh token of a shared secret.
    private func world(over server: BinderyServer, _ url: String) async throws -> ProviderWorld {
        let secret: JSONValue = [
            "value": [
                "clientId": "c1", "clientSecret": "s1", "refreshToken": "refresh-token-0",
            ]
        ]
        try await server.must("PUT", ProviderWorld.tenant + "/secrets/grant", secret)
        return try await ProviderWorld(
            over: server,
            url: url,
            secret: "local://grant",
            auth: [
                "type": "oauth2", "grantType": "refresh_token",
                "tokenUrl": .string(url + "/token"),
            ]
        )
    }

    @Test func `however many need it, each token is renewed once`() async throws {
        let authorization = RotatingServer()
        let provider = try ScriptedProvider { authorization.answer($0) }
        defer { provider.stop() }
        let servers = try await replicas(in: try TemporaryFolder())
        let first = try await world(over: servers[0], provider.url)
        try await catchUp(servers[1], with: servers[0])
        let worlds = [first, ProviderWorld(beside: first, on: servers[1])]
        func callAll() async throws {
            let statuses = try await withThrowingTaskGroup(of: WireAnswer.self) { group in
                for world in worlds {
                    for _ in 0..<8 { group.addTask { try await world.execute() } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for answer in statuses { #expect(answer.status == 200, "\(answer)") }
        }
        try await Wait.until("the last token") {
            try await callAll()
            return authorization.count == RotatingServer.tokenCount
        }
        // Nobody asks any more, and no refresh token came twice.
        for _ in 0..<3 { try await callAll() }
        #expect(authorization.count == RotatingServer.tokenCount)
        #expect(authorization.misused == 0)
        let last = provider.requests.last { $0.path != "/token" }
        #expect(last?.header("authorization") == "Bearer access-token-4")
        // Between them the trails have a record of each request for a token, and no more.
        var records = 0
        for server in servers {
            let path =
                ProviderWorld.tenant + "/audit?kind=call&connection=conn&actor=oauth&limit=100"
            let items = try await server.must("GET", path).json["items"]?.array ?? []
            records += items.count { $0["action"] == "oauth.token" }
        }
        #expect(records == RotatingServer.tokenCount)
        for server in servers { try await server.end(SIGTERM) }
    }

    // MARK: Alerts

    private func waitUntilDelivered(_ count: Int, _ server: BinderyServer) async throws {
        try await Wait.until("\(count) deliveries have ended") {
            let list = try await server.must("GET", Self.hook + "/deliveries?limit=100")
            let items = list.json["items"]?.array ?? []
            return items.count == count && items.allSatisfy { $0["status"] == "delivered" }
        }
    }

    @Test func `what either server makes is sent once, and by the other one when one is killed`()
        async throws
    {
        let subscriber = try ScriptedProvider()
        defer { subscriber.stop() }
        let servers = try await replicas(in: try TemporaryFolder())
        try await InboundWebhookTests.prepare(servers[0])
        let events: JSONValue = ["connection.paused", "connection.resumed", "webhook.received"]
        let body: JSONValue = ["url": .string(subscriber.url + "/events"), "events": events]
        try await servers[0].must("PUT", Self.hook, body)
        try await catchUp(servers[1], with: servers[0])
        let connection = "/v1/tenants/acme-corp/connections/hook"
        for round in 0..<5 {
            try await servers[0].must("POST", connection + "/pause")
            try await catchUp(servers[1], with: servers[0])
            try await servers[1].must("POST", connection + "/resume")
            try await catchUp(servers[0], with: servers[1])
            // The provider's event comes to both at a time, and is taken by one.
            let event = Array(#"{"id":"evt_\#(round)"}"#.utf8)
            let signature = InboundWebhookTests.signature(event)
            async let one = InboundWebhookTests.post(event, signature: signature, to: servers[0])
            async let two = InboundWebhookTests.post(event, signature: signature, to: servers[1])
            for answer in try await [one, two] { #expect(answer.status == 200, "\(answer)") }
        }
        try await waitUntilDelivered(15, servers[1])
        let ids = subscriber.requests.compactMap { $0.header("webhook-id") }
        #expect(ids.count == 15 && Set(ids).count == 15)
        // The one that sends dies; what the other one makes is sent when the lease is over.
        let delivered = "bindery_alert_deliveries_total"
        let sends = try await servers[0].metric(delivered) > 0 ? 0 : 1
        #expect(try await servers[1 - sends].metric(delivered) == 0)
        try await servers[sends].end(SIGKILL)
        let left = servers[1 - sends]
        try await left.must("POST", connection + "/pause")
        // A lease ends after a minute, for which one patience is too short.
        for _ in 0..<4 where subscriber.requests.count < 16 {
            do {
                try await Wait.until("the other one sends") { subscriber.requests.count >= 16 }
            } catch {
                continue
            }
        }
        try await waitUntilDelivered(16, left)
        let all = subscriber.requests.compactMap { $0.header("webhook-id") }
        #expect(all.count == 16 && Set(all).count == 16)
        try await left.end(SIGTERM)
    }
}
