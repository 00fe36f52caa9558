import HTTPWire
import JSON
import Testing

/// Who can use what, asked from the other side.
@Suite struct ReachTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let workflow = tenant + "/workflows/checkout/reach"
    private static let operation = tenant + "/operations/payments.test.charge/reach"

    /// Two live configs, of which the second also serves agents.
    private func api() async throws -> TestAPI {
        let api = try await TestAPI.access()
        var blueprint = SampleObjects.blueprint.object ?? [:]
        blueprint["meta"] = ["name": "shop", "version": 1, "appId": "shop"]
        try await api.must(.put, "/v1/specs/blueprints/shop/versions/1", .object(blueprint))
        let staging = SampleObjects.connection("staged", environment: "staging")
        try await api.must(.post, Self.tenant + "/connections", staging)
        let line = Self.tenant + "/configs/shop/staging/versions"
        let config: JSONValue = [
            "meta": ["blueprintName": "shop", "blueprintVersion": 1],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": "staged", "priority": 1,
                    "scope": ["workflows": ["checkout", "agent-*"]],
                ]
            ],
        ]
        try await api.must(.post, line, config)
        try await api.must(.post, line + "/1/publish")
        return api
    }

    private static func entry(
        _ blueprint: String,
        _ environment: String,
        _ connection: String
    )
        -> JSONValue
    {
        [
            "blueprint": .string(blueprint), "environment": .string(environment), "version": 1,
            "capability": "payments.charge", "operation": "payments.test.charge",
            "slotId": "payments.primary", "connectionId": .string(connection), "outcome": "winner",
        ]
    }

    @Test func `a workflow's reach is what it is permitted in every live config`() async throws {
        let api = try await api()
        let all = try await api.must(.get, Self.workflow).json["items"]
        let sandbox = Self.entry("invoice-app", "sandbox", "conn")
        let staging = Self.entry("shop", "staging", "staged")
        #expect(all == [sandbox, staging])
        let narrowed = try await api.must(.get, Self.workflow + "?environment=staging").json
        #expect(narrowed["items"] == [staging])
        let none = try await api.must(.get, Self.workflow + "?blueprint=other").json
        #expect(none["items"] == [])
        let first = try await api.must(.get, Self.workflow + "?limit=1").json
        #expect(first["items"] == [sandbox])
        let cursor = try #require(first["nextCursor"]?.string)
        let second = try await api.must(.get, Self.workflow + "?limit=1&cursor=\(cursor)").json
        #expect(second == ["items": [staging], "nextCursor": .null])
    }

    @Test func `what is forbidden is not reached, what is paused is told as such`() async throws {
        let api = try await api()
        try await api.must(.post, Self.tenant + "/connections/staged/pause")
        try await api.must(
            .post,
            Self.tenant + "/policies",
            ["id": "stop", "effect": "forbid", "match": ["environments": ["sandbox"]]]
        )
        let items = try await api.must(.get, Self.workflow).json["items"]?.array
        #expect(items?.map { $0["outcome"] } == ["unavailable"])
        let served = try await api.must(.get, Self.operation).json["items"]?.array
        #expect(served?.map { $0["blueprint"] } == ["shop"])
    }

    @Test func `an operation's reach tells the scope and the workflows known by name`() async throws
    {
        let api = try await api()
        let items = try await api.must(.get, Self.operation).json["items"]?.array ?? []
        #expect(items.map { $0["connectionId"] } == ["conn", "staged"])
        #expect(items[1]["workflows"] == ["checkout", "agent-*"])
        #expect(items[1]["permittedWorkflows"] == ["checkout"])
        #expect(items[1]["operations"] == ["payments.test.charge"])
        let gate: JSONValue = [
            "id": "gate", "effect": "permit", "match": ["workflows": ["agent-1"]],
        ]
        try await api.must(.post, Self.tenant + "/policies", gate)
        let gated = try await api.must(.get, Self.operation).json["items"]?.array ?? []
        #expect(gated.allSatisfy { $0["permittedWorkflows"] == [] })
        let unknown = Self.tenant + "/operations/payments.test.refund/reach"
        #expect(try await api.must(.get, unknown).json["items"] == [])
    }

    @Test func `who may ask, and about which workflows and environments`() async throws {
        let api = try await api()
        let runtime = try await api.key(
            "runtime",
            environments: ["sandbox"],
            workflows: ["checkout"]
        )
        let own = try await api.send(.get, Self.workflow, key: runtime)
        #expect(own.json["items"]?.array?.map { $0["environment"] } == ["sandbox"])
        let named = try await api.send(.get, Self.workflow + "?environment=staging", key: runtime)
        #expect(named.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let other = Self.tenant + "/workflows/refund/reach"
        let refused = try await api.send(.get, other, key: runtime)
        #expect(refused.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        #expect(try await api.send(.get, Self.operation, key: runtime).status == 403)
        let foreign = try await api.key("tenant-admin", tenant: "other-corp")
        for target in [Self.workflow, Self.operation] {
            #expect(try await api.send(.get, target, key: foreign).status == 404)
        }
        let bad = try await api.send(.get, Self.tenant + "/workflows/a%20b/reach")
        #expect(bad.status == 404 || bad.status == 422)
    }

    @Test func `a change of a config, a spec or a connection is seen by the next question`()
        async throws
    {
        let api = try await api()
        let connection = Self.tenant + "/connections/staged/reach"
        #expect(try await api.must(.get, connection).json["items"]?.array?.count == 1)
        try await api.must(.post, Self.tenant + "/configs/shop/staging/versions/1/archive")
        #expect(try await api.must(.get, connection).json["items"] == [])
        #expect(try await api.must(.get, Self.workflow).json["items"]?.array?.count == 1)
        try await api.must(.post, Self.tenant + "/connections/conn/revoke")
        #expect(try await api.must(.get, Self.workflow).json["items"] == [])
        #expect(try await api.must(.get, Self.operation).json["items"] == [])
    }
}
