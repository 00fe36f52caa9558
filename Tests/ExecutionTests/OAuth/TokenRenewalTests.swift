import Audit
import JSON
import Model
import Outbound
import Platform
import Secrets
import Synchronization
import Testing

@testable import Execution

/// Replicas that share a store renew one token one after the other, and a refresh token is used once.
@Suite struct TokenRenewalTests {
    /// An authorization server that rotates refresh tokens and takes each once.
    private final class RotatingServer: Sendable {
        private let state = Mutex((valid: "refresh-0", count: 0, reused: 0))
        var count: Int { state.withLock { $0.count } }
        var reuseCount: Int { state.withLock { $0.reused } }

        func answer(_ request: ReceivedRequest) -> [FakeProvider.Step] {
            state.withLock { state in
                guard request.text.hasSuffix("refresh_token=\(state.valid)") else {
                    state.reused += 1
                    return OAuthWorld.refusal("invalid_grant")
                }
                state.count += 1
                state.valid = "refresh-\(state.count)"
                return OAuthWorld.token(
                    "token-number-\(state.count)",
                    ["expires_in": 600, "refresh_token": .string(state.valid)]
                )
            }
        }
    }

    private let store = MemorySecrets()
    private let trail: AuditTrail
    private let manual = ManualClock()
    private let server = RotatingServer()
    private let provider: FakeProvider
    private let name: SecretName

    init() async throws {
        let server = server
        provider = try FakeProvider { server.answer($0) }
        name = try #require(SecretName("tokens"))
        trail = try await AuditTrail.open(AuditTrail.Configuration())
        try await keep(#"{"clientId": "c1", "clientSecret": "s1", "refreshToken": "refresh-0"}"#)
    }

    private func keep(_ text: String) async throws {
        let tenant = try #require(TenantID("acme"))
        let bytes = SecretBytes(Array(text.utf8))
        try await store.put(bytes, name, of: tenant, expecting: .anything)
    }

    /// A broker as each replica has one.
    private func broker() throws -> TokenBroker {
        var outbound = OutboundConfiguration()
        outbound.addressPolicy = AddressPolicy(allow: [try AddressRange("127.0.0.0/8")])
        var clock = manual.clock()
        clock.sleep = { _ in await Task.yield() }
        return TokenBroker(
            outbound: try OutboundClient(outbound),
            audit: trail,
            store: store,
            clock: clock
        )
    }

    /// What a call asks for, with the secret as it is kept now.
    private func demand() throws -> TokenDemand {
        let spec = try SampleSpec.spec {
            $0["secretSchema"] = nil
            $0["auth"] = [
                [
                    "type": "oauth2", "grantType": "refresh_token",
                    "tokenUrl": .string(provider.url("/token")),
                ]
            ]
        }
        let connection = try SampleSpec.connection(secretRef: "local://tokens")
        let reference = try #require(connection.secretReference)
        let text = try #require(store.text("tokens"))
        let secret = try Secret(
            SecretBytes(Array(text.utf8)),
            of: reference,
            declaredFields: []
        )
        return try TokenDemand(
            try #require(spec.oauth),
            connection,
            reference: reference,
            TemplateScope(input: [:], config: [:], secret: secret)
        )
    }

    private func token(_ broker: TokenBroker, _ demand: TokenDemand? = nil) async throws -> String {
        let demand = try demand ?? self.demand()
        let until = manual.clock().now() + .seconds(60)
        return try await broker.token(demand, until: until).bytes.withText { $0 }
    }

    @Test func whatOneReplicaGotTheOtherUses() async throws {
        let (a, b) = (try broker(), try broker())
        // Both have read the secret before anybody renewed.
        let early = try demand()
        #expect(try await token(a, early) == "token-number-1")
        #expect(try await token(b, early) == "token-number-1")
        #expect(server.count == 1)
        #expect(server.reuseCount == 0)
        let kept = try #require(store.text("tokens"))
        #expect(kept.contains(#""refreshToken":"refresh-1""#))
        #expect(kept.contains(#""accessToken":"token-number-1""#))
        #expect(kept.contains(#""clientSecret":"s1""#))
        #expect(!kept.contains("tokenRefresh"))
    }

    @Test func tenReplicasAtOnceUseARefreshTokenOnce() async throws {
        let early = try demand()
        let brokers = try (1...10).map { _ in try broker() }
        try await withThrowingTaskGroup(of: String.self) { group in
            for broker in brokers {
                for _ in 1...3 { group.addTask { try await token(broker, early) } }
            }
            for try await text in group { #expect(text == "token-number-1") }
        }
        #expect(server.count == 1)
        #expect(server.reuseCount == 0)
    }

    @Test func anotherRoundGoesOnFromWhatIsKept() async throws {
        let (a, b) = (try broker(), try broker())
        _ = try await token(a)
        manual.advance(.seconds(600))
        #expect(try await token(b) == "token-number-2")
        #expect(try await token(a) == "token-number-2")
        #expect(server.count == 2)
        #expect(server.reuseCount == 0)
    }

    @Test func aReplicaThatDiedInTheMiddleIsWaitedForAndThenPassed() async throws {
        let text = SecretBytes(Array((store.text("tokens") ?? "").utf8))
        let kept = try #require(TokenSecret(try demand().method, text))
        let leased = kept.leased(at: manual.clock().calendar())
        let tenant = try #require(TenantID("acme"))
        try await store.put(leased.text, name, of: tenant, expecting: .anything)
        let broker = try broker()
        async let waiting = token(broker)
        try await Task.sleep(for: .milliseconds(50))
        #expect(server.count == 0)
        manual.advance(TokenSecret.leaseTime + .seconds(1))
        #expect(try await waiting == "token-number-1")
    }

    @Test func aStoreThatIsAwayUsesUpNoRefreshToken() async throws {
        let broker = try broker()
        let demand = try demand()
        let away = SecretWriteError(.unavailable, "the log is away")
        #expect(try await token(broker, demand) == "token-number-1")
        store.fail([away])
        manual.advance(.seconds(600))
        // The claim itself is refused: nothing is asked, and the refresh token is not used up.
        await #expect(throws: CallFailure.Reason.self) { _ = try await token(broker) }
        #expect(server.count == 1)
        manual.advance(.seconds(5))
        #expect(try await token(broker) == "token-number-2")
    }

    @Test func aNewConsentMeanwhileGoesOverTheEndOfTheOldGrant() async throws {
        let broker = try broker()
        try await keep(#"{"clientId": "c1", "clientSecret": "s1", "refreshToken": "ended"}"#)
        let old = try demand()
        await #expect(throws: CallFailure.Reason.self) { _ = try await token(broker, old) }
        try await keep(#"{"clientId": "c1", "clientSecret": "s1", "refreshToken": "refresh-0"}"#)
        #expect(try await token(broker) == "token-number-1")
    }
}
