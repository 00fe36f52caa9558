import HTTPWire
import JSON
import Testing

/// The bodies of actions: what they may hold, and what becomes of the reason that they give.
@Suite struct ActionBodyTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let connection = tenant + "/connections/conn"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        // The world's policy forbids every call, and so every publish.
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        return api
    }

    /// The tenant's newest record of an action.
    private func record(_ action: String, _ api: TestAPI) async throws -> JSONValue? {
        let answer = try await api.must(.get, Self.tenant + "/audit?limit=500")
        return answer.json["items"]?.array?.first { $0["action"]?.string == action }
    }

    @Test(arguments: [connection + "/test", line + "/versions/2/validate"])
    func `an action that keeps nothing refuses what it does not know, too`(
        _ target: String
    ) async throws {
        let api = try await world()
        #expect(try await api.send(.post, target).status == 200)
        for body: JSONValue in [[:], ["reason": "before the release"]] {
            #expect(try await api.send(.post, target, body).status == 200)
        }
        let unknown = try await api.send(.post, target, ["zzz": 1])
        #expect(unknown.status == 422)
        #expect(unknown.json["errors"]?.array?.first?["code"] == "UNKNOWN_FIELD")
        #expect(unknown.json["errors"]?.array?.first?["pointer"] == "/zzz")
        let list = try await api.send(.post, target, [1])
        #expect(list.json["errors"]?.array?.first?["code"] == "WRONG_TYPE")
    }

    @Test func `the reason of an action is in the record of it`() async throws {
        let api = try await world()
        let rotation: JSONValue = ["secretRef": "env://BINDERY_SECRET_B", "reason": "leaked"]
        try await api.must(.post, Self.connection + "/rotate", rotation)
        #expect(try await record("connection.rotate", api)?["reason"] == "leaked")
        try await api.must(.post, Self.connection + "/pause", ["reason": "maintenance"])
        #expect(try await record("connection.pause", api)?["reason"] == "maintenance")
        try await api.must(.post, Self.connection + "/resume")
        #expect(try await record("connection.resume", api)?["reason"] == nil)
        try await api.must(.post, Self.line + "/versions/2/publish", ["changeSummary": "v2"])
        #expect(try await record("config.publish", api)?["reason"] == "v2")
    }

    @Test func `what is archived does not go live again, and the answer says how it comes back`()
        async throws
    {
        let api = try await world()
        try await api.must(.post, Self.line + "/versions/2/publish")
        try await api.must(.post, Self.line + "/versions/1/archive")
        let rollback = Self.line + "/rollback"
        let refused = try await api.send(.post, rollback, ["toVersion": 1])
        #expect(refused.status == 409)
        #expect(refused.json["code"] == "INVALID_TRANSITION")
        #expect(refused.json["detail"]?.string?.contains("{\"fromVersion\": 1}") == true)
        let draft = try await api.must(.post, Self.line + "/versions", ["fromVersion": 1])
        #expect(draft.status == 201)
        let never = try await api.send(.post, rollback, ["toVersion": 3])
        #expect(never.json["detail"]?.string?.contains("never published here") == true)
    }
}
