import JSON
import Model
import Platform
import Synchronization
import Testing

@testable import Execution

/// A provider that wants bearer tokens, its authorization server beside it on the same port, and a
/// connection with a client's credentials.
final class OAuthWorld: Sendable {
    /// What the token endpoint answers to its requests, by their number from 1 on.
    typealias Answers = @Sendable (Int, ReceivedRequest) -> [FakeProvider.Step]

    static let clientSecret = "s3cr3t/of:client"

    let world: ExecutionWorld
    let observer = EndNotes()
    private let change: JSONObject

    /// A world whose provider takes these credentials, any when nil.
    init(
        method change: JSONObject = [:],
        secret: JSONObject = [:],
        allow: [String] = ["127.0.0.0/8"],
        accepts: Set<String>? = nil,
        _ answers: @escaping Answers
    ) async throws {
        self.change = change
        let count = Count()
        world = try await ExecutionWorld(allow: allow) { request in
            if request.target == "/token" {
                return answers(count.next(), request)
            }
            let token = request.header("authorization") ?? ""
            return accepts?.contains(token) ?? true
                ? .answer(body: #"{"saw": "\#(token)"}"#) : .answer("401 Unauthorized", body: "{}")
        }
        var object: JSONObject = [
            "clientId": "client 1", "clientSecret": .string(Self.clientSecret),
        ]
        for member in secret { object[member.key] = member.value }
        try world.write(JSONValue.object(object).serializedText, to: "secret.json")
        world.tokens.tell(observer)
    }

    private final class Count: Sendable {
        private let value = Mutex(0)
        func next() -> Int {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }

    /// An answer of the token endpoint.
    static func token(
        _ token: String,
        _ more: JSONObject = ["expires_in": 3600]
    ) -> [FakeProvider.Step] {
        var object: JSONObject = ["access_token": .string(token), "token_type": "Bearer"]
        for member in more { object[member.key] = member.value }
        return .answer(
            "200 OK",
            ["Content-Type: application/json"],
            body: JSONValue.object(object).serializedText
        )
    }

    /// A refusal of the token endpoint.
    static func refusal(_ code: String, _ status: String = "400 Bad Request") -> [FakeProvider.Step]
    {
        .answer(status, [], body: #"{"error": "\#(code)", "error_description": "hunter2"}"#)
    }

    func spec() throws -> IntegrationSpec {
        var method: JSONObject = [
            "type": "oauth2", "tokenUrl": .string(world.provider.url("/token")),
            "scopes": ["pay", "read"],
        ]
        for member in change { method[member.key] = member.value }
        return try world.spec(["method": "GET", "body": nil, "encoding": nil]) {
            $0["secretSchema"] = nil
            $0["auth"] = [.object(method)]
        }
    }

    func call() throws -> CapabilityCall { try world.call(try spec()) }

    /// The requests that the token endpoint got.
    var tokenRequests: [ReceivedRequest] {
        world.provider.requests.filter { $0.target == "/token" }
    }

    /// The credentials of the provider's own requests.
    var sent: [String] {
        world.provider.requests.filter { $0.target != "/token" }
            .compactMap { $0.header("authorization") }
    }

    /// Executes a call that is expected to succeed.
    @discardableResult func success() async throws -> CallResult {
        try await world.success(try call())
    }

    /// Executes a call that is expected to fail.
    func failure() async throws -> CallFailure { try await world.failure(try call()) }

    /// Notes what a broker tells.
    final class EndNotes: TokenObserver {
        private let list = Mutex<[GrantEnd]>([])
        var ends: [GrantEnd] { list.withLock { $0 } }
        func grantEnded(_ end: GrantEnd) async -> Bool {
            list.withLock { $0.append(end) }
            return true
        }
    }
}
