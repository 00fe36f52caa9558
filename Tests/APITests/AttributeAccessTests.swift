import HTTPWire
import JSON
import Testing

@testable import API

/// Who may ask about a tenant's entities, and what rules over them leave alone.
@Suite struct AttributeAccessTests {
    private typealias Fixture = CertificationFixture

    private static func read(_ properties: JSONValue? = nil) -> JSONValue {
        [
            "subject": Fixture.user("alice", properties), "action": Fixture.action("read"),
            "resource": Fixture.record("record-1"),
        ]
    }

    @Test func `a tenant asks about its own, the platform names the tenant`() async throws {
        let api = try await TestAPI()
        try await Fixture.write(to: api)
        let own = try await api.key("tenant-admin")
        let foreign = try await api.key("tenant-admin", tenant: "other-corp")
        let acme: JSONValue = ["tenantId": "acme-corp"]
        for (properties, key, isAllowed) in [
            (nil, own, true), (acme, own, true), (["tenantId": "other-corp"], own, false),
            (["tenantId": 1], own, false), (["tenantId": nil], own, false),
            (nil, foreign, false), (acme, foreign, false),
            (nil, TestAPI.bootstrapKey, false), (acme, TestAPI.bootstrapKey, true),
            (["tenantId": "no-such"], TestAPI.bootstrapKey, false),
        ] as [(JSONValue?, String, Bool)] {
            let answer = try await api.evaluate(Self.read(properties), key: key)
            #expect(answer.text == "{\"decision\":\(isAllowed)}")
            let search: JSONValue = [
                "subject": properties.map { ["type": "user", "properties": $0] }
                    ?? ["type": "user"],
                "action": Fixture.action("read"), "resource": Fixture.record("record-1"),
            ]
            let found = try await api.searchAll("subject", search, limit: 10, key: key)
            #expect(found.count == (isAllowed ? 2 : 0))
        }
        let explained = { (tenant: String) -> JSONValue in
            var object = Self.read(["tenantId": .string(tenant)]).object ?? [:]
            object["context"] = ["explain": true]
            return .object(object)
        }
        let other = try await api.evaluate(explained("acme-corp"), key: foreign)
        let missing = try await api.evaluate(explained("no-such"), key: foreign)
        #expect(other.json.withoutDecisionID == missing.json.withoutDecisionID)
        #expect(other.body.count == missing.body.count)
    }

    @Test func `a runtime of some workflows asks as these, and about nobody else`() async throws {
        let api = try await TestAPI()
        try await Fixture.write(to: api)
        let narrow = try await api.key("runtime", workflows: ["check*"])
        let wide = try await api.key("runtime")
        #expect(try await api.evaluate(Self.read(), key: wide).json["decision"] == true)
        let refused = try await api.evaluate(Self.read(), key: narrow)
        #expect(refused.status == 403)
        #expect(refused.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        for sought in ["subject", "resource", "action"] {
            let target = "/access/v1/search/\(sought)"
            #expect(try await api.send(.post, target, Self.read(), key: narrow).status == 403)
        }
    }

    @Test func `a workflow may be a subject of rules too, when its config is live`() async throws {
        let api = try await TestAPI.access()
        let rule: JSONValue = [
            "id": "flows-read", "effect": "permit",
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["record"]],
            "when": ["eq": [["attr": "subject.id"], "checkout"]],
        ]
        try await api.must(.post, "\(Fixture.tenant)/policies", rule)
        try await api.must(.put, "\(Fixture.tenant)/entities/record/record-1")
        let record = Fixture.record("record-1")
        for (subject, isAllowed) in [
            (Access.workflow("checkout"), true), (Access.workflow("newsletter"), false),
            (Access.workflow("checkout", environment: "production"), false),
            (Access.workflow("checkout", tenant: "other-corp"), false),
        ] {
            let answer = try await api.evaluate(Access.question(subject, "read", record))
            #expect(answer.json["decision"] == .bool(isAllowed))
        }
        let key = try await api.key("runtime", workflows: ["renewal-*"])
        let question = Access.question(Access.workflow("checkout"), "read", record)
        #expect(try await api.evaluate(question, key: key).status == 403)
        let search = Access.question(["type": "workflow"], "read", record)
        let found = try await api.searchAll("subject", search, limit: 1)
        #expect(found == [Access.workflow("checkout")])
        #expect(try await api.searchAll("subject", search, limit: 1, key: key).isEmpty)
        let resources = Access.question(Access.workflow("checkout"), "read", ["type": "record"])
        #expect(try await api.searchAll("resource", resources, limit: 5).count == 1)
    }

    @Test func `rules over attributes have no say in the calls of workflows`() async throws {
        let api = try await TestAPI.access()
        for (id, effect) in [("stop", "forbid"), ("gate", "permit")] {
            let rule: JSONValue = [
                "id": .string(id), "effect": .string(effect),
                "when": ["eq": [["attr": "subject.id"], "nobody"]],
            ]
            try await api.must(.post, "/v1/policies", rule)
            let all: JSONValue = ["effect": .string(effect), "match": ["actions": ["*"]]]
            try await api.must(.put, "\(Fixture.tenant)/policies/\(id)", all)
        }
        #expect(try await api.evaluate(Access.question()).json["decision"] == true)
    }

    @Test func `a condition that is none is refused at its place when it is written`() async throws
    {
        let api = try await TestAPI()
        let rule: JSONValue = [
            "id": "r", "effect": "permit",
            "when": ["and": [["equals": [["attr": "subject.a"], 1]]]],
        ]
        let answer = try await api.send(.post, "\(Fixture.tenant)/policies", rule)
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/when/and/0/equals")
        #expect(try await api.send(.get, "\(Fixture.tenant)/policies/r").status == 404)
    }

    @Test func `a good rule reads back as it was written`() async throws {
        let api = try await TestAPI()
        try await Fixture.write(to: api)
        for rule in Fixture.rules {
            let id = rule["id"]?.string ?? ""
            let kept = try await api.must(.get, "\(Fixture.tenant)/policies/\(id)").json
            for member in rule.object ?? [:] { #expect(kept[member.key] == member.value) }
        }
    }
}
