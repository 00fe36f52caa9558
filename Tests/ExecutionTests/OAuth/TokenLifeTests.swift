import JSON
import Model
import Platform
import Testing
import Waiting

@testable import Execution

@Suite struct TokenLifeTests {
    private func settled(_ world: OAuthWorld, _ count: Int) async throws {
        try await Wait.until("\(count) token requests") { world.tokenRequests.count >= count }
    }

    @Test func fiftyCallsAtOnceAskOnce() async throws {
        let world = try await OAuthWorld { _, _ in OAuthWorld.token("token-number-1").held }
        let call = try world.call()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 1...50 {
                group.addTask {
                    switch await world.world.executor.execute(call) {
                    case .success: true
                    case .failure: false
                    }
                }
            }
            do {
                try await settled(world, 1)
            } catch {
                Issue.record(error)
            }
            world.world.provider.release()
            for await isGood in group { #expect(isGood) }
        }
        #expect(world.tokenRequests.count == 1)
        #expect(world.sent.count == 50)
    }

    @Test func aTokenThatHasEndedIsNotSent() async throws {
        let world = try await OAuthWorld { number, _ in
            OAuthWorld.token("token-number-\(number)", ["expires_in": 100])
        }
        try await world.success()
        // A tenth of its life before the end, at most five seconds, it is not sent any more.
        world.world.manual.advance(.seconds(96))
        try await world.success()
        #expect(world.sent == ["Bearer token-number-1", "Bearer token-number-2"])
    }

    @Test func aTokenIsRenewedBeforeItsEndAndSentMeanwhile() async throws {
        let world = try await OAuthWorld { number, _ in
            let answer = OAuthWorld.token("token-number-\(number)", ["expires_in": 600])
            return number == 1 ? answer : answer.held
        }
        try await world.success()
        world.world.manual.advance(.seconds(539))
        try await world.success()
        #expect(world.tokenRequests.count == 1)
        world.world.manual.advance(.seconds(2))
        // The token endpoint holds its answer back; nobody waits for it.
        try await world.success()
        try await settled(world, 2)
        try await world.success()
        #expect(world.sent.allSatisfy { $0 == "Bearer token-number-1" })
        world.world.provider.release()
        try await Wait.until("another token") {
            try await world.success()
            return world.sent.last != "Bearer token-number-1"
        }
        #expect(world.sent.last == "Bearer token-number-2")
        #expect(world.tokenRequests.count == 2)
    }

    @Test func aTokenEndpointThatIsDownBreaksNothingBeforeTheEnd() async throws {
        let world = try await OAuthWorld { number, _ in
            number == 1
                ? OAuthWorld.token("token-number-1", ["expires_in": 600])
                : .answer("500 Internal Server Error", body: "<html>")
        }
        try await world.success()
        for step in [545, 20, 20] {
            world.world.manual.advance(.seconds(step))
            try await world.success()
        }
        #expect(world.sent.allSatisfy { $0 == "Bearer token-number-1" })
        world.world.manual.advance(.seconds(30))
        let failure = try await world.failure()
        #expect(failure.reason.code == "SECRET_UNAVAILABLE")
        #expect(failure.reason.detail.contains("the token endpoint answered 500"))
        #expect(failure.attempts == 0)
        #expect(world.observer.ends.isEmpty)
    }

    @Test func aFailureIsNotAskedForAgainAtOnce() async throws {
        let world = try await OAuthWorld { number, _ in
            number == 1
                ? .answer("503 Service Unavailable", ["Retry-After: 20"])
                : OAuthWorld.token("token-number-2")
        }
        for _ in 1...3 { _ = try await world.failure() }
        #expect(world.tokenRequests.count == 1)
        world.world.manual.advance(.seconds(19))
        _ = try await world.failure()
        world.world.manual.advance(.seconds(2))
        try await world.success()
        #expect(world.tokenRequests.count == 2)
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        let world = try await OAuthWorld(accepts: ["Bearer token-number-2"]) { number, _ in
            OAuthWorld.token("token-number-\(number)")
        }
        let result = try await world.success()
        #expect(result.attempts == 2)
        #expect(world.sent == ["Bearer token-number-1", "Bearer token-number-2"])
        for text in ["token-number-1", "token-number-2"] {
            #expect(try await !world.world.audit(holds: text))
        }
    }

    @Test func aProviderThatRefusesEveryTokenIsAskedOnceACall() async throws {
        let world = try await OAuthWorld(accepts: []) { number, _ in
            OAuthWorld.token("token-number-\(number)")
        }
        let first = try await world.failure()
        #expect(first.reason.code == "PROVIDER_ERROR")
        #expect(first.attempts == 2)
        let second = try await world.failure()
        #expect(second.attempts == 1)
        #expect(world.tokenRequests.count == 2)
        world.world.manual.advance(.seconds(31))
        #expect(try await world.failure().attempts == 2)
        #expect(world.tokenRequests.count == 3)
    }

    @Test func theSameTokenAgainIsNotSentAgain() async throws {
        let world = try await OAuthWorld(accepts: []) { _, _ in
            OAuthWorld.token("token-number-1")
        }
        #expect(try await world.failure().attempts == 1)
        #expect(world.tokenRequests.count == 2)
    }

    @Test func aSecretThatWasRotatedBringsAnotherToken() async throws {
        let world = try await OAuthWorld { number, _ in OAuthWorld.token("token-number-\(number)") }
        try await world.success()
        try world.world.write(#"{"clientId": "c2", "clientSecret": "other"}"#, to: "other.json")
        let connection = try SampleSpec.connection(secretRef: "file://other.json")
        _ = try await world.world.success(
            try world.world.call(try world.spec(), connection: connection)
        )
        #expect(world.sent == ["Bearer token-number-1", "Bearer token-number-2"])
    }

    @Test func whatIsRememberedIsBounded() async throws {
        let world = try await OAuthWorld { number, _ in OAuthWorld.token("token-number-\(number)") }
        var table = TokenTable(countMax: 16)
        let call = try world.call()
        for index in 1...100 {
            let key = TokenTable.Key(
                tenant: call.tenant,
                connection: call.connection.id,
                fingerprint: [UInt8(index)]
            )
            let instant = MonotonicInstant(nanoseconds: Int64(index))
            var entry = TokenTable.Entry(tokensDigest: [], usedAt: instant)
            if index == 1 { entry.refreshToken = SecretBytes([1]) }
            table.insert(key, entry)
            #expect(table.count <= 16)
        }
        // What can't be asked for again stays longest.
        let first = TokenTable.Key(
            tenant: call.tenant,
            connection: call.connection.id,
            fingerprint: [1]
        )
        #expect(table[first] != nil)
    }
}
