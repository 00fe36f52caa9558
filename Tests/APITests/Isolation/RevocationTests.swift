import HTTPServer
import HTTPWire
import JSON
import Ledger
import Testing

@testable import API

/// A key that is revoked while its request is under way: between admission and what it waits for.
@Suite struct RevocationTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private func world() async throws -> (api: TestAPI, id: String, key: String) {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        let body: JSONValue = [
            "roles": ["tenant-admin"], "environments": ["*"], "workflows": ["*"],
        ]
        let made = try await api.must(.post, Self.tenant + "/keys", body).json
        return (
            api, try #require(made["id"]?.string), try #require(made["key"]?.string)
        )
    }

    /// A request that was admitted, and has not gone on yet.
    private func admitted(
        _ api: TestAPI,
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue?,
        headers: [HTTPField] = [],
        _ key: String
    ) throws -> @Sendable () async -> HTTPResponse {
        let request = try HTTPRequest(
            method,
            target,
            headers: headers + [
                HTTPField("Authorization", "Bearer \(key)"),
                HTTPField("Content-Type", "application/json"),
            ],
            body: body.map { $0.serialized() } ?? []
        )
        guard case .suspended(let run) = api.handler.handle(request) else {
            throw RequestMaker.Unfilled(route: target, what: "a wait")
        }
        return run
    }

    @Test(arguments: ["/connections", "/configs/invoice-app/sandbox/resolved?workflow=checkout"])
    func `who waits for a revision is judged by it, admission included`(
        _ path: String
    )
        async throws
    {
        let (api, id, key) = try await world()
        let revision = try #require(
            try await api.send(.get, "/livez")["Bindery-Revision"].flatMap { UInt64($0) }
        )
        let headers = [HTTPField("Bindery-Min-Revision", "\(revision + 1)")]
        let run = try admitted(api, .get, Self.tenant + path, nil, headers: headers, key)
        try await api.must(.delete, Self.tenant + "/keys/\(id)")
        let answer = TestAnswer(await run())
        #expect(answer.status == 401, "\(answer)")
        #expect(answer.code == "UNAUTHENTICATED")
    }

    @Test func `who waits and stays is answered by the revision`() async throws {
        let (api, _, key) = try await world()
        let revision = try #require(
            try await api.send(.get, "/livez")["Bindery-Revision"].flatMap { UInt64($0) }
        )
        let headers = [HTTPField("Bindery-Min-Revision", "\(revision + 1)")]
        let run = try admitted(api, .get, Self.tenant + "/policies", nil, headers: headers, key)
        try await api.must(.put, Self.tenant + "/policies/late", ["effect": "forbid"])
        let answer = TestAnswer(await run())
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.text.contains("\"late\""))
    }

    @Test func `nothing is written behind the end of its key`() async throws {
        let (api, id, key) = try await world()
        let line = Self.tenant + "/configs/invoice-app/sandbox"
        let writes = [
            try admitted(api, .put, Self.tenant + "/policies/late", ["effect": "forbid"], key),
            try admitted(
                api,
                .post,
                Self.tenant + "/connections",
                SampleObjects.connection("late"),
                headers: [HTTPField("Idempotency-Key", "one")],
                key
            ),
            try admitted(api, .delete, Self.tenant + "/policies/late", nil, key),
            try admitted(api, .post, "/v1/apply", ["objects": []], key),
            try admitted(api, .post, Self.tenant + "/connections/conn/test", [:], key),
            // What is claimed durably is a call, which costs money.
            try admitted(
                api,
                .post,
                line + "/capabilities/payments.charge/execute",
                ["workflow": "checkout"],
                headers: [HTTPField("Idempotency-Key", "two")],
                key
            ),
        ]
        let ended = try await api.must(.delete, Self.tenant + "/keys/\(id)")
        let position = api.ledger.position
        for write in writes {
            let answer = TestAnswer(await write())
            #expect(answer.status == 401, "\(answer)")
            #expect(answer.code == "UNAUTHENTICATED")
        }
        #expect(api.ledger.position == position)
        #expect(
            try await api.send(.get, "/livez")["Bindery-Revision"] == ended["Bindery-Revision"]
        )
    }

    @Test func `a key may revoke itself, and be told so`() async throws {
        let (api, id, key) = try await world()
        let answer = try await api.send(.delete, Self.tenant + "/keys/\(id)", key: key)
        #expect(answer.status == 204)
        #expect(try await api.send(.get, Self.tenant + "/keys", key: key).status == 401)
    }

    @Test func `a stream tells nothing that came behind the end of its key`() async throws {
        let (api, id, key) = try await world()
        let stream = try await api.open("/v1/events", key: key)
        try await stream.wait { $0.text.contains("bindery events") }
        try await api.must(.put, Self.tenant + "/policies/early", ["effect": "forbid"])
        try await stream.wait { $0.text.contains("early") }
        try await api.must(.delete, Self.tenant + "/keys/\(id)")
        try await api.must(.put, Self.tenant + "/policies/late", ["effect": "forbid"])
        try await stream.wait { $0.isWhole }
        #expect(stream.events.last?.name == "stream.dropped")
        #expect(stream.events.last?.data["code"] == "UNAUTHENTICATED")
        #expect(!stream.text.contains("late"))
        #expect(!stream.text.contains("key.revoked"))
    }
}
