import HTTPWire
import JSON
import Testing

/// What a change of a rule over attributes does to live configs, as far as it is known beforehand.
@Suite struct ConditionEffectTests {
    private static let tenant = "/v1/tenants/acme-corp"

    /// A rule about the calls of workflows.
    private static func rule(
        when: JSONValue? = nil,
        effect: JSONValue = "forbid",
        unless: JSONValue? = nil
    ) -> JSONValue {
        var object: JSONObject = [
            "id": "conditional", "effect": effect,
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["connection"]],
        ]
        object["when"] = when
        object["unless"] = unless
        return .object(object)
    }

    private static let denied: JSONValue = [
        "tenantId": "acme-corp", "blueprint": "invoice-app", "environment": "sandbox",
        "workflow": "checkout", "capability": "payments.charge", "before": "conn", "after": .null,
        "allowed": ["before": true, "after": false],
    ]

    @Test(
        arguments: [
            nil, ["eq": [["attr": "resource.id"], "conn"]],
            ["eq": [["attr": "action.name"], "payments.test.charge"]],
            ["startsWith": [["attr": "subject.id"], "check"]],
            [
                "and": [
                    ["exists": ["attr": "resource.slot"]],
                    ["not": ["eq": [["attr": "subject.id"], "refund"]]],
                ]
            ],
        ] as [JSONValue?]
    )
    func `what is known before a call is judged`(_ condition: JSONValue?) async throws {
        let api = try await TestAPI.access()
        let made = try await api.must(.post, Self.tenant + "/policies", Self.rule(when: condition))
        #expect(made.json["access"] == [Self.denied])
        #expect(made.json["accessDependsOnCalls"] == nil)
        let question: JSONValue = ["workflow": "checkout", "capability": "payments.charge"]
        let path = Self.tenant + "/configs/invoice-app/sandbox/explain"
        #expect(try await api.must(.post, path, question).json["allowed"] == false)
    }

    @Test(
        arguments: [
            ["eq": [["attr": "resource.id"], "another"]],
            ["eq": [["attr": "subject.id"], "refund"]],
        ] as [JSONValue]
    )
    func `what it is not about does not change`(_ condition: JSONValue) async throws {
        let api = try await TestAPI.access()
        let made = try await api.must(.post, Self.tenant + "/policies", Self.rule(when: condition))
        #expect(made.json["access"] == [])
        #expect(made.json["accessDependsOnCalls"] == nil)
    }

    @Test(
        arguments: [
            ["gt": [["attr": "context.input.amount"], 1000]],
            ["exists": ["attr": "context.approval"]], ["eq": [["attr": "action.soft"], true]],
            [
                "or": [
                    ["eq": [["attr": "resource.id"], "conn"]],
                    ["not": ["eq": [["attr": "context.hour"], 9]]],
                ]
            ],
        ] as [JSONValue]
    )
    func `of the circumstances of calls it is said that they decide`(
        _ condition: JSONValue
    ) async throws {
        let api = try await TestAPI.access()
        let path = Self.tenant + "/policies"
        for rule in [Self.rule(when: condition), Self.rule(unless: condition)] {
            let made = try await api.must(.post, path, rule).json
            #expect(made["access"] == [])
            #expect(made["accessDependsOnCalls"] == true)
            // What the server says is no part of the rule.
            let again = try await api.must(.put, path + "/conditional", made).json
            #expect(again["accessDependsOnCalls"] == nil)
            #expect(again["revision"] == made["revision"])
            let removal = try await api.send(.delete, path + "/conditional?dryRun=true")
            #expect(removal.json == ["access": [], "accessDependsOnCalls": true])
            #expect(try await api.send(.delete, path + "/conditional").status == 204)
        }
    }

    @Test func `a rule that depends on calls does not hide what another one changes`() async throws
    {
        let api = try await TestAPI.access()
        let large: JSONValue = ["gt": [["attr": "context.input.amount"], 1000]]
        try await api.must(.post, Self.tenant + "/policies", Self.rule(when: large))
        let plain: JSONValue = [
            "id": "no-checkout", "effect": "forbid", "match": ["workflows": ["checkout"]],
        ]
        let made = try await api.must(.post, Self.tenant + "/policies", plain)
        #expect(made.json["access"] == [Self.denied])
    }

    @Test func `a workflow that only a condition names is looked at`() async throws {
        let api = try await TestAPI.access()
        let line = Self.tenant + "/configs/invoice-app/sandbox"
        var config = SampleObjects.config("conn").object ?? [:]
        config["integrations"] = [
            [
                "slotId": "payments.primary", "connectionId": "conn",
                "scope": ["workflows": ["*"]],
            ]
        ]
        let version = try await api.must(.post, line + "/versions", .object(config)).json
        let number = version["meta"]?["version"]?.integer ?? 2
        try await api.must(.post, line + "/versions/\(number)/publish")
        let listed: JSONValue = ["in": [["attr": "subject.id"], ["agent-7", "nightly"]]]
        let made = try await api.must(.post, Self.tenant + "/policies", Self.rule(when: listed))
        let workflows = Set((made.json["access"]?.array ?? []).map { $0["workflow"] })
        #expect(workflows == ["agent-7", "nightly"])
    }

    @Test(arguments: 0..<40) func `the effect is what all questions say before and after`(
        _ seed: UInt64
    ) async throws {
        try await ExplainedWorld.expectEffect(seed: seed) { $0.someCondition() }
    }
}
