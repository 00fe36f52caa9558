import HTTPWire
import JSON
import Testing

/// Tests that a rule brings along: they hold before it is enabled.
@Suite struct PolicyTestTests {
    private static let path = "/v1/tenants/acme-corp/policies"

    private static func subject(_ workflow: String) -> JSONValue {
        [
            "type": "workflow", "id": .string(workflow),
            "properties": ["blueprint": "invoice-app", "environment": "sandbox"],
        ]
    }

    private static let given: JSONValue = [
        "subjects": [subject("checkout"), subject("newsletter")],
        "actions": ["payments.test.charge", "payments.test.refund"],
        "resources": [["type": "connection", "id": "conn"]],
    ]

    private static func permitted(_ subject: String) -> JSONValue {
        [
            "subject": .string(subject), "action": "payments.test.charge", "resource": "conn",
        ]
    }

    private static func rule(
        expecting expected: JSONValue,
        given: JSONValue = given,
        workflows: JSONValue = ["agent-*"],
        enabled: Bool = true
    ) -> JSONValue {
        [
            "id": "tested", "effect": "forbid", "match": ["workflows": workflows],
            "enabled": .bool(enabled),
            "tests": [["name": "who may charge", "given": given, "expected": expected]],
        ]
    }

    @Test func `a rule whose tests hold is enabled, and keeps them`() async throws {
        let api = try await TestAPI.access()
        let rule = Self.rule(expecting: [Self.permitted("checkout")])
        try await api.must(.post, Self.path, rule)
        #expect(try await api.must(.get, Self.path + "/tested").json["tests"] == rule["tests"])
    }

    @Test func `what should be permitted and is denied refuses the rule, and says by what`()
        async throws
    {
        let api = try await TestAPI.access()
        let rule = Self.rule(expecting: [Self.permitted("checkout")], workflows: ["check*"])
        let answer = try await api.send(.post, Self.path, rule)
        #expect(answer.status == 422)
        #expect(answer.code == "POLICY_TEST_FAILED")
        let error = answer.json["errors"]?.array?.first
        #expect(error?["pointer"] == "/tests/0")
        #expect(
            error?["detail"]
                == "who may charge: checkout payments.test.charge conn should be permitted, is denied (by tested)"
        )
        #expect(answer.json["errors"]?.array?.count == 1)
        #expect(try await api.send(.get, Self.path + "/tested").status == 404)
        // What is not enabled decides nothing, and is kept for later.
        var off = rule.object ?? [:]
        off["enabled"] = false
        try await api.must(.post, Self.path, .object(off))
        let enabling = try await api.send(.put, Self.path + "/tested", rule)
        #expect(enabling.code == "POLICY_TEST_FAILED")
        #expect(try await api.send(.post, Self.path + "?dryRun=true", rule).status == 409)
    }

    @Test func `what is not listed expects to be denied`() async throws {
        let api = try await TestAPI.access()
        let answer = try await api.send(.post, Self.path, Self.rule(expecting: []))
        #expect(answer.code == "POLICY_TEST_FAILED")
        let detail = answer.json["errors"]?.array?.first?["detail"]?.string ?? ""
        #expect(detail.contains("should be denied, is permitted (by /integrations/0)"))
    }

    @Test func `entities and conditions are tested too, the platform's tests name the tenant`()
        async throws
    {
        let api = try await TestAPI.access()
        try await api.must(
            .put,
            "/v1/tenants/acme-corp/entities/user/alice",
            ["attributes": ["role": "admin"]]
        )
        let given: JSONValue = [
            "subjects": [
                ["type": "user", "id": "alice", "properties": ["tenantId": "acme-corp"]],
                ["type": "user", "id": "nobody", "properties": ["tenantId": "acme-corp"]],
            ],
            "actions": ["read"], "resources": [["type": "record", "id": "r1"]],
            "context": ["hour": 10],
        ]
        let expected: JSONValue = [["subject": "alice", "action": "read", "resource": "r1"]]
        func rule(_ hour: Int64) -> JSONValue {
            [
                "id": "office", "effect": "permit", "match": ["subjectTypes": ["user"]],
                "when": ["lt": [["attr": "context.hour"], .integer(hour)]],
                "tests": [["given": given, "expected": expected]],
            ]
        }
        #expect(try await api.send(.post, "/v1/policies", rule(9)).code == "POLICY_TEST_FAILED")
        try await api.must(.post, "/v1/policies", rule(11))
    }

    @Test func `in a set tests are run on all of it`() async throws {
        let api = try await TestAPI()
        let rule = Self.rule(expecting: [Self.permitted("checkout")])
        var config = SampleObjects.config("conn").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
            "status": "published",
        ]
        func set(_ rule: JSONValue) -> JSONValue {
            [
                "objects": [
                    ["kind": "PolicyRule", "tenantId": "acme-corp", "object": rule],
                    ["kind": "IntegrationSpec", "object": SampleObjects.spec],
                    ["kind": "AppBlueprintSpec", "object": SampleObjects.blueprint],
                    [
                        "kind": "IntegrationConnection", "tenantId": "acme-corp",
                        "object": SampleObjects.connection("conn"),
                    ],
                    [
                        "kind": "TenantAppConfig", "tenantId": "acme-corp",
                        "object": .object(config),
                    ],
                ]
            ]
        }
        let wrong = Self.rule(expecting: [Self.permitted("newsletter")])
        let refused = try await api.send(.post, "/v1/apply", set(wrong))
        #expect(refused.status == 422)
        #expect(refused.code == "POLICY_TEST_FAILED")
        #expect(refused.json["errors"]?.array?.first?["pointer"] == "/objects/0/object/tests/0")
        #expect(refused.json["refused"]?.array?.count == 1)
        try await api.must(.post, "/v1/apply", set(rule))
    }

    @Test(
        arguments: [
            (
                ["subjects": [], "actions": ["a"], "resources": [["type": "t", "id": "r"]]],
                "/given/subjects"
            ),
            (["actions": ["a"], "resources": [["type": "t", "id": "r"]]], "/given/subjects"),
            (
                [
                    "subjects": [["id": "s"]], "actions": ["a"],
                    "resources": [["type": "t", "id": "r"]],
                ],
                "/given/subjects/0/type"
            ),
            (
                [
                    "subjects": [["type": "t", "id": "s"], ["type": "u", "id": "s"]],
                    "actions": ["a"],
                    "resources": [["type": "t", "id": "r"]],
                ], "/given/subjects/1/id"
            ),
            (
                [
                    "subjects": [["type": "t", "id": "s"]], "actions": ["a", "b", "a"],
                    "resources": [["type": "t", "id": "r"]],
                ], "/given/actions/2"
            ),
            (
                [
                    "subjects": [["type": "t", "id": "s"]], "actions": ["a"], "actors": [],
                    "resources": [["type": "t", "id": "r"]],
                ], "/given/actors"
            ),
        ] as [(JSONValue, String)]
    )
    func `a test that is none is refused where it is wrong`(
        _ given: JSONValue,
        _ pointer: String
    ) async throws {
        let api = try await TestAPI.access()
        let answer = try await api.send(.post, Self.path, Self.rule(expecting: [], given: given))
        #expect(answer.status == 422)
        let pointers = answer.json["errors"]?.array?.map { $0["pointer"] } ?? []
        #expect(pointers.contains(.string("/tests/0" + pointer)), "\(answer)")
    }

    @Test func `an expectation that is never asked is refused, it would never fail`() async throws {
        let api = try await TestAPI.access()
        let answer = try await api.send(
            .post,
            Self.path,
            Self.rule(expecting: [Self.permitted("nobody")])
        )
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/tests/0/expected/0/subject")
    }

    @Test func `as many combinations as the limit are asked, and one more is refused`() async throws
    {
        let api = try await TestAPI.access()
        func given(_ actionCount: Int) -> JSONValue {
            [
                "subjects": .array((0..<10).map { Self.subject("w\($0)") }),
                "actions": .array((0..<actionCount).map { .string("a.\($0)") }),
                "resources": [["type": "connection", "id": "conn"]],
            ]
        }
        try await api.must(.post, Self.path, Self.rule(expecting: [], given: given(100)))
        var two = given(51).object ?? [:]
        two["resources"] = [["type": "connection", "id": "a"], ["type": "connection", "id": "b"]]
        let answer = try await api.send(
            .put,
            Self.path + "/tested",
            Self.rule(expecting: [], given: .object(two))
        )
        #expect(answer.status == 422)
        #expect(answer.code == "LIMIT_EXCEEDED")
    }

    @Test func `a dry run runs the tests too`() async throws {
        let api = try await TestAPI.access()
        let wrong = Self.rule(expecting: [])
        let answer = try await api.send(.post, Self.path + "?dryRun=true", wrong)
        #expect(answer.code == "POLICY_TEST_FAILED")
        let right = Self.rule(expecting: [Self.permitted("checkout")])
        try await api.must(.post, Self.path + "?dryRun=true", right)
        #expect(try await api.send(.get, Self.path + "/tested").status == 404)
    }

    @Test func `what a set removes is gone when its tests are run`() async throws {
        let api = try await TestAPI.access()
        let stop: JSONValue = [
            "id": "stop", "effect": "forbid", "match": ["workflows": ["checkout"]],
        ]
        try await api.must(.post, Self.path, stop)
        let rule = Self.rule(expecting: [Self.permitted("checkout")])
        let set: JSONValue = [
            "objects": [["kind": "PolicyRule", "tenantId": "acme-corp", "object": rule]]
        ]
        let kept = try await api.send(.post, "/v1/apply", set)
        #expect(kept.code == "POLICY_TEST_FAILED")
        #expect(kept.json["errors"]?.array?.count == 1)
        try await api.must(.post, "/v1/apply?prune=true", set)
        #expect(try await api.send(.get, Self.path + "/stop").status == 404)
    }

    @Test func `a tenant is not told which of the platform's rules decided`() async throws {
        let api = try await TestAPI.access()
        let secret: JSONValue = [
            "id": "hush-hush", "effect": "forbid", "match": ["workflows": ["checkout"]],
        ]
        try await api.must(.post, "/v1/policies", secret)
        let key = try await api.key("tenant-admin")
        let rule = Self.rule(expecting: [Self.permitted("checkout")])
        let answer = try await api.send(.post, Self.path, rule, key: key)
        #expect(answer.code == "POLICY_TEST_FAILED")
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("hush-hush"))
        let platform = try await api.send(.post, Self.path, rule)
        #expect(String(decoding: platform.body, as: UTF8.self).contains("(by hush-hush)"))
    }

    @Test func `of rules that are enabled at once, the later one is tested on the earlier`()
        async throws
    {
        for round in 0..<20 {
            let api = try await TestAPI.access()
            let stop: JSONValue = [
                "id": "stop", "effect": "forbid", "match": ["workflows": ["checkout"]],
            ]
            let rule = Self.rule(expecting: [Self.permitted("checkout")])
            async let first = api.send(.post, Self.path, rule)
            async let second = api.send(.post, Self.path, stop)
            let (tested, stopped) = try await (first, second)
            #expect(stopped.status == 201)
            guard tested.status == 201 else {
                #expect(tested.code == "POLICY_TEST_FAILED", "round \(round)")
                continue
            }
            let revisions = [tested, stopped].map { $0.json["revision"]?.integer ?? 0 }
            #expect(revisions[0] < revisions[1], "round \(round)")
        }
    }
}
