import HTTPWire
import JSON
import Testing

/// What a change of a rule does to live configs, told with the change.
@Suite struct PolicyEffectTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let rule: JSONValue = [
        "id": "no-checkout", "effect": "forbid", "match": ["workflows": ["check*"]],
    ]

    private static func change(_ tenant: String, before: JSONValue, after: JSONValue) -> JSONValue {
        [
            "tenantId": .string(tenant), "blueprint": "invoice-app", "environment": "sandbox",
            "workflow": "checkout", "capability": "payments.charge", "before": before,
            "after": after,
            "allowed": ["before": .bool(before != .null), "after": .bool(after != .null)],
        ]
    }

    @Test func `a rule's creation, change and rehearsed removal tell what they do`() async throws {
        let api = try await TestAPI.access()
        let denied = Self.change("acme-corp", before: "conn", after: .null)
        let path = Self.tenant + "/policies"
        let rehearsed = try await api.must(.post, path + "?dryRun=true", Self.rule)
        #expect(rehearsed.json["access"] == [denied])
        #expect(try await api.send(.get, path + "/no-checkout").status == 404)
        let made = try await api.must(.post, path, Self.rule)
        #expect(made.status == 201)
        #expect(made.json["access"] == [denied])
        // It is no part of the rule; what was answered can be sent back.
        let read = try await api.must(.get, path + "/no-checkout").json
        #expect(read["access"] == nil)
        let again = try await api.must(.put, path + "/no-checkout", made.json)
        #expect(again.json["access"] == [])
        #expect(again.json["revision"] == read["revision"])
        let permitted = Self.change("acme-corp", before: .null, after: "conn")
        let removal = try await api.send(.delete, path + "/no-checkout?dryRun=true")
        #expect(removal.status == 200)
        #expect(removal.json == ["access": [permitted]])
        var off = Self.rule.object ?? [:]
        off["enabled"] = false
        let disabled = try await api.must(.put, path + "/no-checkout", .object(off))
        #expect(disabled.json["access"] == [permitted])
        #expect(try await api.send(.delete, path + "/no-checkout").status == 204)
    }

    @Test func `a platform's rule is about the live configs of all tenants`() async throws {
        let api = try await TestAPI.access()
        let made = try await api.must(.post, "/v1/policies", Self.rule)
        #expect(
            made.json["access"] == [
                Self.change("acme-corp", before: "conn", after: .null),
                Self.change("other-corp", before: "conn", after: .null),
            ]
        )
    }

    @Test func `what is permitted and served by nobody is told when it is denied`() async throws {
        let api = try await TestAPI.access()
        try await api.must(.post, Self.tenant + "/connections/conn/pause")
        let made = try await api.must(.post, Self.tenant + "/policies", Self.rule)
        let change = made.json["access"]?.array?.first
        #expect(change?["before"] == .null)
        #expect(change?["after"] == .null)
        #expect(change?["allowed"] == ["before": true, "after": false])
    }

    @Test func `workflows that another rule tells from the rest are looked at`() async throws {
        let api = try await TestAPI.access()
        let line = Self.tenant + "/configs/invoice-app/sandbox"
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("spare"))
        var config = SampleObjects.config("conn").object ?? [:]
        func binding(_ connection: JSONValue, _ priority: JSONValue) -> JSONValue {
            [
                "slotId": "payments.primary", "connectionId": connection, "priority": priority,
                "scope": ["workflows": ["*"]],
            ]
        }
        config["integrations"] = [binding("conn", 1), binding("spare", 9)]
        let version = try await api.must(.post, line + "/versions", .object(config)).json
        let number = version["meta"]?["version"]?.integer ?? 2
        try await api.must(.post, line + "/versions/\(number)/publish")
        func rule(_ id: JSONValue, _ match: JSONValue) -> JSONValue {
            ["id": id, "effect": "forbid", "match": match]
        }
        let path = Self.tenant + "/policies"
        let agents: JSONValue = ["workflows": ["agent-*"], "connections": ["spare"]]
        try await api.must(.post, path, rule("no-spare", agents))
        let made = try await api.must(.post, path, rule("no-conn", ["connections": ["conn"]]))
        var after: [String: JSONValue] = [:]
        for change in made.json["access"]?.array ?? [] {
            after[change["workflow"]?.string ?? ""] = change["after"]
        }
        // Agents have no other connection; all others go on.
        #expect(after["agent-*"] == .null)
        #expect(after["checkout"] == "spare")
        #expect(after["*"] == "spare")
    }

    @Test(
        arguments: [
            ["enabled": false], ["match": ["environments": ["production"]]],
            ["match": ["workflows": ["nobody"]]],
            ["match": ["connections": ["another"]]],
            ["match": ["slots": ["payments.other"]]],
            ["match": ["integrations": ["payments.other"]]],
            ["match": ["categories": ["email"]]],
            ["match": ["ownershipModes": ["managed"]]],
            ["match": ["subjectTypes": ["user"], "resourceTypes": ["record"]]],
        ] as [JSONValue]
    )
    func `a rule that concerns no call changes nothing`(_ change: JSONValue) async throws {
        let api = try await TestAPI.access()
        var rule = Self.rule.object ?? [:]
        for member in change.object ?? [:] { rule[member.key] = member.value }
        let made = try await api.must(.post, Self.tenant + "/policies", .object(rule))
        #expect(made.json["access"] == [])
    }

    @Test(arguments: 0..<40) func `the effect is what all questions say before and after`(
        _ seed: UInt64
    ) async throws {
        try await ExplainedWorld.expectEffect(seed: seed) { $0.someRule() }
    }
}
