import HTTPWire
import JSON
import Testing

/// Rules with attributes that are about the calls of workflows: they narrow what bindings grant.
@Suite struct CallConditionTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    /// A rule about the calls of workflows.
    private static func rule(
        _ id: String,
        _ effect: String,
        when: JSONValue? = nil,
        actions: JSONValue = ["payments.*"]
    ) -> JSONValue {
        var object: JSONObject = [
            "id": .string(id), "effect": .string(effect),
            "match": [
                "subjectTypes": ["workflow"], "actions": actions, "resourceTypes": ["connection"],
            ],
        ]
        object["when"] = when
        return .object(object)
    }

    private static let isLarge: JSONValue = ["gt": [["attr": "context.input.amount"], 1000]]

    private func explain(
        _ api: TestAPI,
        _ context: JSONValue?,
        workflow: String? = "checkout",
        key: String = TestAPI.bootstrapKey
    ) async throws -> JSONValue {
        var body: JSONObject = ["capability": "payments.charge"]
        body["workflow"] = workflow.map { .string($0) }
        body["context"] = context
        return try await api.send(.post, Self.line + "/explain", .object(body), key: key).json
    }

    private func evaluate(_ api: TestAPI, _ context: JSONValue) async throws -> JSONValue {
        try await api.evaluate(Access.question(Access.workflow("checkout"), context: context)).json
    }

    private func execute(
        _ api: TestAPI,
        _ input: JSONValue,
        context: JSONValue = [:]
    ) async throws
        -> TestAnswer
    {
        try await api.send(
            .post,
            Self.line + "/capabilities/payments.charge/execute?dryRun=true",
            ["workflow": "checkout", "input": input, "context": context]
        )
    }

    @Test func `a forbid with a condition denies the calls that it is about, in every answer`()
        async throws
    {
        let api = try await TestAPI.access()
        let rule = Self.rule("no-large", "forbid", when: Self.isLarge)
        try await api.must(.post, Self.tenant + "/policies", rule)
        for (amount, isAllowed) in [(1000, true), (1001, false)] as [(Int64, Bool)] {
            let input: JSONValue = ["amount": .integer(amount)]
            let explained = try await explain(api, ["input": input])
            #expect(explained["allowed"] == .bool(isAllowed), "\(amount)")
            #expect(explained["decision"] == .bool(isAllowed))
            #expect(try await evaluate(api, ["input": input])["decision"] == .bool(isAllowed))
            #expect(try await execute(api, input).status == (isAllowed ? 200 : 403), "\(amount)")
        }
        let denied = try await execute(api, ["amount": 5000])
        #expect(denied.code == "NOT_PERMITTED")
        #expect(denied.json["determining"]?.array?.first?["ruleId"] == "no-large")
        #expect(denied.json["decisionId"]?.string != nil)
    }

    @Test func `what a caller tells of the input is not believed where there is an input`()
        async throws
    {
        let api = try await TestAPI.access()
        let rule = Self.rule("no-large", "forbid", when: Self.isLarge)
        try await api.must(.post, Self.tenant + "/policies", rule)
        let told: JSONValue = ["input": ["amount": 1]]
        #expect(try await execute(api, ["amount": 5000], context: told).status == 403)
    }

    @Test func `a forbid that can't be judged denies, and says why`() async throws {
        let api = try await TestAPI.access()
        let rule = Self.rule("no-large", "forbid", when: Self.isLarge)
        try await api.must(.post, Self.tenant + "/policies", rule)
        let answer = try await explain(api, nil)
        #expect(answer["allowed"] == false)
        #expect(answer["candidates"]?.array?.first?["reasons"] == ["FORBIDDEN_BY_POLICY"])
        let error = answer["errors"]?.array?.first
        #expect(error?["ruleId"] == "no-large")
        #expect(error?["reason"] == "ATTRIBUTE_MISSING")
        #expect(answer["determining"]?.array?.first == error)
    }

    @Test func `without a workflow there is no call, and nothing to judge`() async throws {
        let api = try await TestAPI.access()
        let rule = Self.rule("no-large", "forbid", when: Self.isLarge)
        try await api.must(.post, Self.tenant + "/policies", rule)
        #expect(try await explain(api, nil, workflow: nil)["allowed"] == true)
        let resolved = try await api.must(.get, Self.line + "/resolved?workflow=checkout").json
        #expect(resolved["integrations"]?["payments.charge"] != nil, "resolved knows no call")
    }

    @Test func `a permit closes a gate, which one of its level has to open`() async throws {
        let api = try await TestAPI.access()
        let isSafe: JSONValue = ["eq": [["attr": "context.channel"], "web"]]
        let gate = Self.rule("only-web", "permit", when: isSafe)
        try await api.must(.post, Self.tenant + "/policies", gate)
        #expect(try await explain(api, ["channel": "web"])["allowed"] == true)
        let denied = try await explain(api, ["channel": "phone"])
        #expect(denied["candidates"]?.array?.first?["reasons"] == ["NOT_PERMITTED_BY_POLICY"])
        let miss = denied["nearMisses"]?.array?.first
        #expect(miss?["ruleId"] == "only-web")
        #expect(miss?["failed"] == "/when")
        #expect(miss?["expected"] == isSafe)
        #expect(miss?["actual"] == ["context.channel": "phone"])
        // A permit that can't be judged does not count.
        #expect(try await explain(api, [:])["allowed"] == false)
        // The platform's permit opens the platform's gate alone.
        try await api.must(.post, "/v1/policies", Self.rule("all", "permit"))
        #expect(try await explain(api, ["channel": "phone"])["allowed"] == false)
        #expect(try await explain(api, ["channel": "web"])["allowed"] == true)
    }

    @Test func `a permit grants nothing that no binding grants`() async throws {
        let api = try await TestAPI.access()
        try await api.must(.post, Self.tenant + "/policies", Self.rule("all", "permit"))
        #expect(try await explain(api, nil, workflow: "newsletter")["allowed"] == false)
        #expect(try await explain(api, nil)["allowed"] == true)
    }

    @Test func `the facts of a call are its connection's, whatever the question tells`()
        async throws
    {
        let api = try await TestAPI.access()
        let facts: JSONValue = [
            "and": [
                ["eq": [["attr": "resource.id"], "conn"]],
                ["eq": [["attr": "resource.slot"], "payments.primary"]],
                ["eq": [["attr": "resource.integration"], "payments.test"]],
                ["eq": [["attr": "resource.category"], "payments"]],
                ["eq": [["attr": "resource.environment"], "sandbox"]],
                ["eq": [["attr": "resource.ownershipMode"], "byok"]],
                ["eq": [["attr": "subject.tenantId"], "acme-corp"]],
                ["eq": [["attr": "subject.blueprint"], "invoice-app"]],
                ["eq": [["attr": "subject.id"], "checkout"]],
                ["eq": [["attr": "action.name"], "payments.test.charge"]],
                ["not": ["contains": [["attr": "resource.tags"], "eu"]]],
            ]
        ]
        try await api.must(
            .post,
            Self.tenant + "/policies",
            Self.rule("facts", "permit", when: facts)
        )
        #expect(try await explain(api, nil)["allowed"] == true)
        let patched = try await api.send(
            .patch,
            Self.tenant + "/connections/conn",
            bytes: Array(#"{"tags": ["eu"]}"#.utf8),
            headers: [HTTPField("Content-Type", "application/merge-patch+json")]
        )
        #expect(patched.status == 200)
        #expect(try await explain(api, nil)["allowed"] == false)
    }

    @Test func `searches find what evaluations permit`() async throws {
        let api = try await TestAPI.access()
        let rule = Self.rule("no-large", "forbid", when: Self.isLarge)
        try await api.must(.post, Self.tenant + "/policies", rule)
        for (amount, count) in [(10, 1), (5000, 0)] as [(Int64, Int)] {
            let context: JSONValue = ["input": ["amount": .integer(amount)]]
            for (kind, type) in [("resource", "connection"), ("resource", "slot")] {
                let body: JSONValue = [
                    "subject": Access.workflow("checkout"),
                    "action": ["name": "payments.test.charge"],
                    "resource": ["type": .string(type)], "context": context,
                ]
                let found = try await api.must(.post, "/access/v1/search/\(kind)", body).json
                #expect(found["results"]?.array?.count == count, "\(type) \(amount)")
            }
            let body: JSONValue = [
                "subject": Access.workflow("checkout"),
                "resource": ["type": "connection", "id": "conn"], "context": context,
            ]
            let actions = try await api.must(.post, "/access/v1/search/action", body).json
            #expect(actions["results"]?.array?.count == count)
        }
    }

    @Test(arguments: ["resource.owner", "subject.department"])
    func `an attribute that no call has is refused when the rule is written`(
        _ attribute: String
    ) async throws {
        let api = try await TestAPI.access()
        let when: JSONValue = ["eq": [["attr": .string(attribute)], "x"]]
        let answer = try await api.send(
            .post,
            Self.tenant + "/policies",
            Self.rule("wrong", "forbid", when: when)
        )
        #expect(answer.status == 422)
        #expect(answer.code == "UNKNOWN_FIELD")
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/when")
        // Of a rule that is about other questions too, nobody knows all attributes.
        var mixed = Self.rule("mixed", "forbid", when: when).object ?? [:]
        mixed["match"] = [
            "subjectTypes": ["workflow", "user"], "resourceTypes": ["connection", "record"],
        ]
        try await api.must(.post, Self.tenant + "/policies", .object(mixed))
    }

    @Test func `a rule that names the types by a pattern has no say in calls`() async throws {
        let api = try await TestAPI.access()
        try await api.must(
            .post,
            Self.tenant + "/policies",
            ["id": "all", "effect": "forbid", "match": ["subjectTypes": ["*"]]]
        )
        #expect(try await explain(api, nil)["allowed"] == true)
    }

    @Test func `a runtime is told which condition failed, and not its values`() async throws {
        let api = try await TestAPI.access()
        let isSafe: JSONValue = ["eq": [["attr": "context.channel"], "web"]]
        try await api.must(
            .post,
            Self.tenant + "/policies",
            Self.rule("only-web", "permit", when: isSafe)
        )
        let key = try await api.key("runtime")
        let miss = try await explain(api, ["channel": "phone"], key: key)["nearMisses"]?.array?
            .first
        #expect(miss?["failed"] == "/when")
        #expect(miss?["expected"] == nil)
        #expect(miss?["actual"] == nil)
    }

    /// Two connections of which the second wins, and a condition that costs what the context is
    /// long.
    private func costly() async throws -> TestAPI {
        let api = try await TestAPI.access()
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("spare"))
        let config: JSONValue = [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": [
                ["slotId": "payments.primary", "connectionId": "conn"],
                [
                    "slotId": "payments.primary", "connectionId": "spare",
                    "scope": ["workflows": ["checkout"]],
                ],
            ],
        ]
        let made = try await api.must(.post, Self.line + "/versions", config)
        let number = made.json["meta"]?["version"]?.integer ?? 0
        try await api.must(.post, Self.line + "/versions/\(number)/publish")
        let bad: JSONValue = [
            "and": [
                ["exists": ["attr": "resource.tags"]],
                [
                    "or": .array(
                        (0..<40)
                            .map { ["contains": [["attr": "context.text"], .string("bad!\($0)")]] }
                    )
                ],
            ]
        ]
        try await api.must(.post, Self.tenant + "/policies", Self.rule("bad", "forbid", when: bad))
        return api
    }

    @Test(arguments: [100, 10_000, 20_000, 60_000])
    func `padding what a condition reads gives no other account, and every answer is the same`(
        _ length: Int
    ) async throws {
        let api = try await costly()
        let text = JSONValue.string(String(repeating: "x", count: length))
        let executed = try await execute(api, [:], context: ["text": text])
        let explained = try await explain(api, ["text": text])
        let isAllowed = explained["allowed"]?.bool ?? false
        #expect(executed.status == (isAllowed ? 200 : 403))
        if isAllowed { #expect(executed.json["connectionId"] == "spare") }
        for id in ["conn", "spare"] {
            for explains in [false, true] {
                let question = Access.question(
                    Access.workflow("checkout"),
                    "payments.test.charge",
                    Access.entity("connection", id),
                    context: ["text": text, "explain": .bool(explains)]
                )
                let answer = try await api.evaluate(question)
                #expect(answer.json["decision"] == .bool(isAllowed), "\(id) \(explains)")
            }
        }
        if length == 60_000 {
            #expect(!isAllowed)
            let reasons = explained["errors"]?.array?.map { $0["reason"] } ?? []
            #expect(reasons.contains("WORK_EXCEEDED"))
        }
    }

    @Test func `rules that look at no connection are judged once, and few are told`() async throws {
        let api = try await TestAPI.access()
        for number in 0..<60 {
            let rule = Self.rule("all-\(number)", "permit")
            try await api.must(.post, Self.tenant + "/policies", rule)
        }
        let answer = try await explain(api, nil)
        #expect(answer["allowed"] == true)
        #expect(answer["determining"]?.array?.count == 20)
    }
}
