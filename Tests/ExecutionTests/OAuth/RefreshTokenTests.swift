import JSON
import Model
import Testing
import Waiting

@testable import Execution

@Suite struct RefreshTokenTests {
    private static let method: JSONObject = ["grantType": "refresh_token"]

    @Test func aRefreshTokenThatRotatesIsFollowed() async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["refreshToken": "refresh-0"]
        ) { number, _ in
            OAuthWorld.token(
                "token-number-\(number)",
                ["expires_in": 100, "refresh_token": .string("refresh-\(number)")]
            )
        }
        for _ in 1...3 {
            try await world.success()
            world.world.manual.advance(.seconds(100))
        }
        #expect(
            world.tokenRequests.map(\.text) == [
                "grant_type=refresh_token&refresh_token=refresh-0",
                "grant_type=refresh_token&refresh_token=refresh-1",
                "grant_type=refresh_token&refresh_token=refresh-2",
            ]
        )
    }

    @Test func aRefreshTokenThatStaysIsUsedAgain() async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["refreshToken": "refresh-0"]
        ) { number, _ in OAuthWorld.token("token-number-\(number)", ["expires_in": 100]) }
        for _ in 1...2 {
            try await world.success()
            world.world.manual.advance(.seconds(100))
        }
        #expect(world.tokenRequests.allSatisfy { $0.text.hasSuffix("refresh_token=refresh-0") })
    }

    @Test func theEndOfAGrantIsToldOnce() async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["refreshToken": "refresh-0"]
        ) { _, _ in OAuthWorld.refusal("invalid_grant") }
        let call = try world.call()
        await withTaskGroup(of: CallFailure?.self) { group in
            for _ in 1...20 {
                group.addTask {
                    if case .failure(let failure) = await world.world.executor.execute(call) {
                        return failure
                    }
                    return nil
                }
            }
            for await failure in group {
                #expect(failure?.reason.code == "SECRET_UNAVAILABLE")
                #expect(failure?.reason.status == 502)
                #expect(failure?.members["reason"] == "NEEDS_REAUTHORIZATION")
                #expect(failure?.mayHaveReachedProvider == false)
                // What the server says in its own words is not repeated.
                #expect(failure?.reason.detail.contains("hunter2") == false)
            }
        }
        #expect(world.tokenRequests.count == 1)
        #expect(world.observer.ends.count == 1)
        #expect(world.observer.ends.first?.connection.text == "conn_a")
        #expect(world.observer.ends.first?.reference.text == "file://secret.json")
    }

    @Test func theEndOfAGrantBreaksNoTokenThatIsStillGood() async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["refreshToken": "refresh-0"]
        ) { number, _ in
            number == 1
                ? OAuthWorld.token("token-number-1", ["expires_in": 600])
                : OAuthWorld.refusal("invalid_grant")
        }
        try await world.success()
        world.world.manual.advance(.seconds(550))
        for _ in 1...3 { try await world.success() }
        try await Wait.until("the renewal") { world.tokenRequests.count >= 2 }
        try await world.success()
        #expect(world.observer.ends.isEmpty)
        world.world.manual.advance(.seconds(50))
        #expect(try await world.failure().members["reason"] == "NEEDS_REAUTHORIZATION")
        #expect(world.observer.ends.count == 1)
    }

    @Test func aClientThatIsRefusedIsNoEndOfAGrant() async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["refreshToken": "refresh-0"]
        ) { _, _ in OAuthWorld.refusal("invalid_client", "401 Unauthorized") }
        let failure = try await world.failure()
        #expect(failure.reason.detail.contains("401 invalid_client"))
        #expect(failure.members["reason"] == nil)
        #expect(world.observer.ends.isEmpty)
    }

    @Test func anAccessTokenOfTheSecretIsGoodUntilItsEnd() async throws {
        // The manual calendar begins at 2024-02-29T23:00:00Z.
        let world = try await OAuthWorld(
            method: Self.method,
            secret: [
                "accessToken": "given-token-1", "accessTokenExpiresAt": "2024-03-01T00:00:00Z",
            ]
        ) { _, _ in OAuthWorld.token("never") }
        try await world.success()
        world.world.manual.advance(.seconds(3580))
        try await world.success()
        #expect(world.sent == ["Bearer given-token-1", "Bearer given-token-1"])
        world.world.manual.advance(.seconds(16))
        let failure = try await world.failure()
        #expect(failure.members["reason"] == "NEEDS_REAUTHORIZATION")
        #expect(world.tokenRequests.isEmpty)
        #expect(world.observer.ends.count == 1)
    }

    @Test func aSecretWithoutAnyTokenWasNeverAuthorized() async throws {
        let world = try await OAuthWorld(
            method: [
                "grantType": "authorization_code", "authorizationUrl": "https://a.example/auth",
            ]
        ) { _, _ in OAuthWorld.token("never") }
        let failure = try await world.failure()
        #expect(failure.reason.detail.contains("was never authorized"))
        #expect(world.tokenRequests.isEmpty)
    }

    @Test(arguments: ["2024-03-01", "soon", "1709251200"])
    func anEndThatIsNoTimeIsNamed(_ text: String) async throws {
        let world = try await OAuthWorld(
            method: Self.method,
            secret: ["accessToken": "given-token-1", "accessTokenExpiresAt": .string(text)]
        ) { _, _ in OAuthWorld.token("never") }
        let failure = try await world.failure()
        #expect(failure.reason.detail.contains("accessTokenExpiresAt is no RFC 3339 time"))
    }
}
