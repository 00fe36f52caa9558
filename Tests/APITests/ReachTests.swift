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
        // A gate for agents leaves nobody of a scope that has checkout alone.
        #expect(gated.map { $0["connectionId"] } == ["staged"])
        #expect(gated[0]["permittedWorkflows"] == [])
        let gateName: JSONValue = ["ruleId": "gate", "source": "tenant", "effect": "permit"]
        #expect(gated[0]["narrowedBy"] == [gateName])
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

    @Test func `the rules that narrow a reach are told, the platform's by their effect alone`()
        async throws
    {
        let api = try await api()
        let path = Self.tenant + "/connections/staged/reach"
        #expect(try await api.must(.get, path).json["items"]?.array?[0]["narrowedBy"] == [])
        let own: JSONValue = [
            "id": "no-checkout", "effect": "forbid", "match": ["workflows": ["checkout"]],
        ]
        try await api.must(.post, Self.tenant + "/policies", own)
        let platform: JSONValue = [
            "id": "no-old-agents", "effect": "forbid", "match": ["workflows": ["agent-old-*"]],
        ]
        try await api.must(.post, "/v1/policies", platform)
        let key = try await api.key("tenant-viewer")
        func narrowing(_ key: String?) async throws -> [JSONValue] {
            let items = try await api.send(.get, path, key: key).json["items"]?.array ?? []
            #expect(items.map { $0["workflows"] } == [["checkout", "agent-*"]])
            return items.first?["narrowedBy"]?.array ?? []
        }
        let first: JSONValue = [
            "ruleId": "no-old-agents", "source": "platform", "effect": "forbid",
        ]
        let second: JSONValue = ["ruleId": "no-checkout", "source": "tenant", "effect": "forbid"]
        #expect(try await narrowing(TestAPI.bootstrapKey) == [first, second])
        let unseen: JSONValue = ["ruleId": .null, "source": "platform", "effect": "forbid"]
        #expect(try await narrowing(key) == [unseen, second])
        // Both entries of the scope are forbidden, each by a rule: nobody is left.
        let rest: JSONValue = [
            "id": "no-agents", "effect": "forbid", "match": ["workflows": ["agent*"]],
        ]
        try await api.must(.post, Self.tenant + "/policies", rest)
        #expect(try await api.must(.get, path).json["items"] == [])
        // The other connection serves checkout alone.
        let other = Self.tenant + "/connections/conn/reach"
        #expect(try await api.must(.get, other).json["items"] == [])
    }

    @Test func `as many workflows as are named, and one more`() async throws {
        let api = try await api()
        for (count, isCut) in [(99, false), (100, true)] {
            let names = (0..<count).map { JSONValue.string("flow-\($0)") }
            let bindings: [JSONValue] = [
                ["slotId": "payments.primary", "connectionId": "staged", "priority": 1],
                [
                    "slotId": "payments.primary", "connectionId": "staged", "priority": 2,
                    "scope": ["workflows": .array(names)],
                ],
            ]
            try await Self.publish(api, bindings)
            let query = Self.operation + "?blueprint=shop"
            let items = try await api.must(.get, query).json["items"]?.array ?? []
            // The blueprint's own alias is one more.
            #expect(items[0]["permittedWorkflows"]?.array?.count == 100)
            #expect(items[0]["permittedIsCut"] == (isCut ? true : nil))
            #expect(items[1]["permittedWorkflows"]?.array?.count == count)
            #expect(items[1]["permittedIsCut"] == nil)
        }
    }

    private static func publish(_ api: TestAPI, _ bindings: [JSONValue]) async throws {
        let line = tenant + "/configs/shop/staging/versions"
        let config: JSONValue = [
            "meta": ["blueprintName": "shop", "blueprintVersion": 1],
            "integrations": .array(bindings),
        ]
        let made = try await api.must(.post, line, config)
        try await api.must(.post, "\(line)/\(made.json["meta"]?["version"]?.integer ?? 0)/publish")
    }

    private static func bindings(_ workflows: [String]) -> [JSONValue] {
        workflows.enumerated()
            .map { index, workflow in
                [
                    "slotId": "payments.primary", "connectionId": "staged",
                    "priority": .integer(Int64(index + 1)),
                    "scope": ["workflows": [.string(workflow)]],
                ]
            }
    }

    /// Pages of two, with a change before each of them; what was told, by version and scope.
    private func walk(
        _ api: TestAPI,
        changing change: (Int) async throws -> Void
    ) async throws -> [String] {
        var found: [String] = []
        var cursor = ""
        var pageCount = 0
        repeat {
            let path = Self.tenant + "/connections/staged/reach?limit=2" + cursor
            let answer = try await api.must(.get, path)
            for item in answer.json["items"]?.array ?? [] {
                let workflow = item["workflows"]?.array?.first?.string ?? ""
                found.append("\(item["version"]?.integer ?? 0) \(workflow)")
            }
            cursor = answer.json["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
            pageCount += 1
            try await change(pageCount)
        } while !cursor.isEmpty && pageCount < 20
        return found
    }

    @Test func `what stays is on one page, whatever rules come and go in between`() async throws {
        let api = try await api()
        let names = ["a", "b", "c", "d", "e", "f", "g"]
        try await Self.publish(api, Self.bindings(names))
        let found = try await walk(api) { page in
            // What was on a page is forbidden, and what was not yet is let through and kept out.
            let forbidden = page == 1 ? ["a", "b", "e"] : ["a", "c"]
            let rule: JSONValue = [
                "id": "stop", "effect": "forbid",
                "match": ["workflows": .array(forbidden.map { .string($0) })],
            ]
            try await api.must(.put, Self.tenant + "/policies/stop", rule)
            try await api.must(
                .post,
                Self.tenant + "/connections/staged/" + (page == 1 ? "pause" : "resume")
            )
        }
        #expect(found == ["2 a", "2 b", "2 c", "2 d", "2 e", "2 f", "2 g"])
    }

    @Test func `a config that is replaced in between is told whole`() async throws {
        let api = try await api()
        try await Self.publish(api, Self.bindings(["a", "b", "c"]))
        let found = try await walk(api) { page in
            guard page == 1 else { return }
            try await Self.publish(api, Self.bindings(["x", "b", "y", "c"]))
        }
        #expect(found == ["2 a", "2 b", "3 x", "3 b", "3 y", "3 c"])
    }

    @Test func `a cursor of another list is refused`() async throws {
        let api = try await api()
        let list = try await api.must(.get, Self.tenant + "/connections?limit=1")
        let cursor = try #require(list.json["nextCursor"]?.string)
        for path in [Self.workflow, Self.operation, Self.tenant + "/connections/conn/reach"] {
            let answer = try await api.send(.get, "\(path)?cursor=\(cursor)")
            #expect(answer.status == 400 && answer.code == "INVALID_PARAMETER")
        }
    }
}
