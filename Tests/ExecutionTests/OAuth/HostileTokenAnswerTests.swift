import JSON
import Testing

@testable import Execution

@Suite struct HostileTokenAnswerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let body: String
        var testDescription: String { name }
    }

    private static let refused: [Case] = [
        Case(name: "nothing", body: ""),
        Case(name: "a page", body: "<html><body>Sign in</body></html>"),
        Case(name: "no object", body: #"["access_token"]"#),
        Case(name: "no token", body: #"{"token_type": "Bearer"}"#),
        Case(name: "a number", body: #"{"access_token": 12345678}"#),
        Case(name: "an object", body: #"{"access_token": {"a": 1}}"#),
        Case(name: "empty", body: #"{"access_token": ""}"#),
        Case(name: "a line break", body: #"{"access_token": "good\r\nX-Evil: 1"}"#),
        Case(name: "a space", body: #"{"access_token": "good token"}"#),
        Case(name: "not ASCII", body: #"{"access_token": "gööd-token"}"#),
        Case(name: "twice", body: #"{"access_token": "good-token", "access_token": "bad-token"}"#),
        Case(
            name: "of another type",
            body: #"{"access_token": "good-token", "token_type": "mac"}"#
        ),
        Case(name: "a type that is no text", body: #"{"access_token": "t", "token_type": 1}"#),
        Case(name: "negative", body: #"{"access_token": "good-token", "expires_in": -1}"#),
        Case(name: "zero", body: #"{"access_token": "good-token", "expires_in": 0}"#),
        Case(name: "no number", body: #"{"access_token": "good-token", "expires_in": "soon"}"#),
        Case(name: "infinite", body: #"{"access_token": "good-token", "expires_in": "inf"}"#),
        Case(name: "nan", body: #"{"access_token": "good-token", "expires_in": "nan"}"#),
        Case(name: "a list", body: #"{"access_token": "good-token", "expires_in": [60]}"#),
        Case(name: "a wrong refresh token", body: #"{"access_token": "t", "refresh_token": 7}"#),
        Case(name: "deep", body: String(repeating: "[", count: 10_000)),
        Case(
            name: "a token over the limit",
            body: #"{"access_token": "\#(String(repeating: "a", count: 16 * 1024 + 1))"}"#
        ),
        Case(
            name: "a body over the limit",
            body:
                #"{"access_token": "good-token", "x": "\#(String(repeating: "a", count: 65_536))"}"#
        ),
    ]

    @Test(arguments: refused) func itIsNoToken(_ hostile: Case) async throws {
        let world = try await OAuthWorld { _, _ in .answer(body: hostile.body) }
        let failure = try await world.failure()
        #expect(failure.reason.code == "SECRET_UNAVAILABLE")
        #expect(failure.members["reason"] == nil)
        #expect(!failure.reason.detail.contains("good"))
        #expect(failure.attempts == 0)
        #expect(world.sent.isEmpty)
    }

    private static let taken: [Case] = [
        Case(name: "no type and no end", body: #"{"access_token": "good-token"}"#),
        Case(name: "a text", body: #"{"access_token": "good-token", "expires_in": "60"}"#),
        Case(name: "a fraction", body: #"{"access_token": "good-token", "expires_in": 59.5}"#),
        Case(name: "huge", body: #"{"access_token": "good-token", "expires_in": 1e300}"#),
        Case(
            name: "the largest integer",
            body: #"{"access_token": "good-token", "expires_in": 9007199254740991}"#
        ),
        Case(
            name: "another case",
            body: #"{"access_token": "good-token", "token_type": "bEARER"}"#
        ),
        Case(name: "null", body: #"{"access_token": "good-token", "refresh_token": null}"#),
        Case(
            name: "a token at the limit",
            body:
                #"{"access_token": "good-token\#(String(repeating: "a", count: 16 * 1024 - 10))"}"#
        ),
    ]

    @Test(arguments: taken) func itIsAToken(_ answer: Case) async throws {
        let world = try await OAuthWorld { _, _ in .answer(body: answer.body) }
        try await world.success()
        #expect(world.sent.first?.hasPrefix("Bearer good-token") == true)
    }

    @Test(arguments: [
        ("400 Bad Request", #"{"error": "<script>alert(1)</script>"}"#, "answered 400"),
        ("400 Bad Request", #"{"error": 7}"#, "answered 400"),
        ("200 OK", #"{"error": "invalid_grant"}"#, "has no usable access_token"),
        ("503 Service Unavailable", #"{"error": "invalid_grant"}"#, "answered 503"),
        ("418 Teapot", "short and stout", "answered 418"),
    ])
    func aRefusalIsToldInOurWords(_ status: String, _ body: String, _ words: String) async throws {
        let world = try await OAuthWorld(
            method: ["grantType": "refresh_token"],
            secret: ["refreshToken": "refresh-0"]
        ) { _, _ in .answer(status, body: body) }
        let failure = try await world.failure()
        #expect(failure.reason.detail.contains(words))
        #expect(!failure.reason.detail.contains("script"))
        #expect(failure.members["reason"] == nil)
        #expect(world.observer.ends.isEmpty)
    }

    @Test func aConnectionThatIsDroppedIsTold() async throws {
        let world = try await OAuthWorld { _, _ in [.close] }
        let failure = try await world.failure()
        #expect(failure.reason.code == "SECRET_UNAVAILABLE")
        #expect(failure.reason.detail.contains("the token endpoint did not answer"))
    }

    @Test func anEndpointThatNeverAnswersCostsTheTimeOfTheCall() async throws {
        let world = try await OAuthWorld { _, _ in [.hold] }
        var call = try world.call()
        call.timeout = .milliseconds(200)
        let failure = try await world.world.failure(call)
        #expect(failure.reason.detail.contains("within the time of the call"))
    }
}
