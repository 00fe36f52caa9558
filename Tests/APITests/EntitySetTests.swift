import HTTPWire
import JSON
import Ledger
import Testing

/// Entities in sets, exports and events, as every other object.
@Suite struct EntitySetTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private static func member(_ id: String, _ attributes: JSONValue = [:]) -> JSONValue {
        [
            "kind": "Entity", "tenantId": "acme-corp",
            "object": ["type": "user", "id": .string(id), "attributes": attributes],
        ]
    }

    private func apply(
        _ api: TestAPI,
        _ members: [JSONValue],
        _ query: String = "",
        key: String = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply" + query, ["objects": .array(members)], key: key)
    }

    @Test func `a set makes, changes, leaves and prunes them`() async throws {
        let api = try await TestAPI()
        let first = try await apply(api, [Self.member("a"), Self.member("b"), Self.member("c")])
        #expect(first.json["summary"]?["create"] == 3, "\(first)")
        let second = try await apply(
            api,
            [Self.member("a"), Self.member("b", ["team": "x"])],
            "?prune=true"
        )
        #expect(second.json["summary"] == ["create": 0, "update": 1, "delete": 1, "unchanged": 1])
        let changes = second.json["changes"]?.array ?? []
        #expect(changes[1]["id"] == "user/b")
        #expect(changes[1]["fields"] == ["/attributes/team"])
        #expect(try await api.send(.get, Self.tenant + "/entities/user/c").status == 404)
    }

    @Test func `an export applied again changes nothing, and events tell of them`() async throws {
        let api = try await TestAPI.access()
        _ = try await apply(api, [Self.member("b"), Self.member("a", ["n": 1])])
        let stream = try await api.open("/v1/export?tenant=acme-corp")
        try await stream.wait { $0.isWhole }
        let lines = try stream.bytes.split(separator: 0x0A)
            .map { try JSONValue(parsing: Array($0)) }
        let ids = lines.filter { $0["kind"] == "Entity" }.map { $0["object"]?["id"] }
        #expect(ids == ["a", "b"])
        let again = try await apply(api, lines, "?prune=true")
        #expect(again.json["summary"]?["unchanged"]?.integer == Int64(lines.count))
        try await api.must(.delete, Self.tenant + "/entities/user/b")
        let events = try await api.open("/v1/events?from=0&tenant=acme-corp")
        try await events.wait { $0.events.contains { $0.name == "entity.deleted" } }
        let told = events.events.filter { $0.name.hasPrefix("entity.") }
        #expect(told.map(\.name) == ["entity.created", "entity.created", "entity.deleted"])
        #expect(told[1].data["object"]?["attributes"] == ["n": 1])
        await events.leave()
    }

    @Test(
        arguments: [
            (["type": "connection", "id": "x"], "/objects/0/object/type"),
            (["type": "user", "id": "a b"], "/objects/0/object/id"),
            (
                ["type": "user", "id": "x", "attributes": ["id": 1]],
                "/objects/0/object/attributes/id"
            ),
        ] as [(JSONValue, String)]
    )
    func `what is no entity is refused with its place`(
        _ object: JSONValue,
        _ pointer: String
    ) async throws {
        let api = try await TestAPI()
        let member: JSONValue = ["kind": "Entity", "tenantId": "acme-corp", "object": object]
        let answer = try await apply(api, [member])
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.array?.first?["pointer"] == .string(pointer))
    }

    @Test func `who may not write entities applies none`() async throws {
        let api = try await TestAPI.access()
        let viewer = try await api.key("tenant-viewer")
        #expect(try await apply(api, [Self.member("a")], key: viewer).status == 403)
        let bounded = try await api.key("tenant-admin", environments: ["sandbox"])
        let answer = try await apply(api, [Self.member("a")], key: bounded)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let other = try await api.key("tenant-admin", tenant: "other-corp")
        #expect(try await apply(api, [Self.member("a")], key: other).status == 404)
    }

    // MARK: Round trips

    private func export(_ api: TestAPI, tenant: String = "acme-corp") async throws -> [UInt8] {
        let stream = try await api.open("/v1/export?tenant=" + tenant)
        try await stream.wait { $0.isWhole }
        return stream.bytes
    }

    private func apply(
        _ api: TestAPI,
        lines: [UInt8],
        _ query: String = ""
    ) async throws
        -> TestAnswer
    {
        try await api.send(
            .post,
            "/v1/apply" + query,
            bytes: lines,
            headers: [HTTPField("Content-Type", "application/x-ndjson")]
        )
    }

    @Test func `an export is the same bytes wherever it was applied`() async throws {
        let api = try await TestAPI()
        let attributes: JSONValue = [
            "z": 1, "a": ["deep": [1, nil, true, "\u{e4}\n"]], "big": 9_007_199_254_740_991,
        ]
        for id in ["z", "a@example.com", "A", "a.b", "a-b", "m:1+2=3"] {
            let body: JSONValue = [
                "metadata": ["from": "crm"], "attributes": attributes, "description": "on call",
            ]
            try await api.must(.put, "\(Self.tenant)/entities/user/\(id)", body)
            try await api.must(.put, "\(Self.tenant)/entities/user.x/\(id)")
        }
        let first = try await export(api)
        let back = try await apply(api, lines: first, "?prune=true")
        #expect(summary(back) == ["unchanged": 12])
        #expect(try await export(api) == first)
        let other = try await TestAPI()
        let reversed = first.split(separator: 0x0A).reversed().joined(separator: [0x0A])
        #expect(summary(try await apply(other, lines: Array(reversed))) == ["create": 12])
        #expect(try await export(other) == first)
        #expect(other.ledger.revision == 1)
    }

    private func summary(_ answer: TestAnswer) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for member in answer.json["summary"]?.object ?? [:] {
            if let count = member.value.integer, count > 0 { counts[member.key] = count }
        }
        return counts
    }

    @Test func `a rule of the set is tested on its entities, in whatever order they come`()
        async throws
    {
        let api = try await TestAPI()
        let test: JSONValue = [
            "name": "staff reads",
            "given": [
                "subjects": [["type": "user", "id": "alice"], ["type": "user", "id": "bob"]],
                "actions": ["read"], "resources": [["type": "record", "id": "r"]],
            ],
            "expected": [["subject": "alice", "action": "read", "resource": "r"]],
        ]
        let rule: JSONValue = [
            "kind": "PolicyRule", "tenantId": "acme-corp",
            "object": [
                "id": "staff", "effect": "permit", "match": ["subjectTypes": ["user"]],
                "when": ["eq": [["attr": "subject.team"], "staff"]], "tests": [test],
            ],
        ]
        let alone = try await apply(api, [rule])
        #expect(alone.code == "POLICY_TEST_FAILED", "\(alone)")
        let set = [rule, Self.member("alice", ["team": "staff"]), Self.member("bob")]
        #expect(summary(try await apply(api, set)) == ["create": 3])
        #expect(summary(try await apply(api, set, "?prune=true")) == ["unchanged": 3])
    }

    /// A rule's test sees the state without what is pruned: it fails by no rule and no entity that
    /// goes, and holds by none.
    @Test func `a rule of the set is tested when what is pruned is gone`() async throws {
        func rule(_ id: String, _ effect: String, expects: Bool?) -> JSONValue {
            var object: JSONObject = [
                "id": .string(id), "effect": .string(effect),
                "match": ["subjectTypes": ["user"], "actions": ["read"]],
            ]
            if let expects {
                object["tests"] = [
                    [
                        "name": "alice",
                        "given": [
                            "subjects": [["type": "user", "id": "alice"]], "actions": ["read"],
                            "resources": [["type": "record", "id": "r"]],
                        ],
                        "expected": expects
                            ? [["subject": "alice", "action": "read", "resource": "r"]] : [],
                    ]
                ]
            }
            return ["kind": "PolicyRule", "tenantId": "acme-corp", "object": .object(object)]
        }
        let api = try await TestAPI()
        let alice = Self.member("alice")
        _ = try await apply(api, [alice, rule("old", "forbid", expects: nil)])
        let new = [alice, rule("new", "permit", expects: true)]
        #expect(try await apply(api, new).code == "POLICY_TEST_FAILED")
        let pruned = try await apply(api, new, "?prune=true")
        #expect(summary(pruned) == ["create": 1, "delete": 1, "unchanged": 1], "\(pruned)")
        // Without the rule that goes nobody permits it.
        let denying = try await apply(
            api,
            [alice, rule("other", "forbid", expects: false)],
            "?prune=true&dryRun=true"
        )
        #expect(denying.status == 200, "\(denying)")
        let relying = [Self.member("bob"), rule("more", "permit", expects: true)]
        let refused = try await apply(api, relying, "?prune=true")
        #expect(refused.code == "POLICY_TEST_FAILED", "alice goes: \(refused)")
        #expect(refused.json["refused"]?.array?.first?["pointer"] == "/objects/1/object")
        #expect(try await api.send(.get, Self.tenant + "/entities/user/alice").status == 200)
    }

    // MARK: Prune

    @Test func `pruning entities leaves other tenants and other kinds alone`() async throws {
        let api = try await TestAPI()
        try await api.must(.post, Self.tenant + "/policies", SampleObjects.policy)
        for path in [Self.tenant, "/v1/tenants/other-corp"] {
            try await api.must(.put, path + "/entities/user/old")
            try await api.must(.put, path + "/entities/robot/old")
        }
        let plan = try await apply(api, [Self.member("new")], "?prune=true&dryRun=true")
        #expect(summary(plan) == ["create": 1, "delete": 2])
        let gone = (plan.json["changes"]?.array ?? []).filter { $0["action"] == "delete" }
        #expect(gone.compactMap { $0["id"]?.string } == ["robot/old", "user/old"])
        #expect(gone.allSatisfy { $0["kind"] == "Entity" && $0["tenantId"] == "acme-corp" })
        #expect(try await api.send(.get, Self.tenant + "/entities/user/old").status == 200)
        #expect(summary(try await apply(api, [Self.member("new")], "?prune=true"))["delete"] == 2)
        #expect(try await api.send(.get, Self.tenant + "/entities/user/old").status == 404)
        #expect(try await api.send(.get, Self.tenant + "/policies/no-agents").status == 200)
        let other = try await api.must(.get, "/v1/tenants/other-corp/entities")
        #expect(other.json["items"]?.array?.count == 2)
        let trail = try await api.must(.get, Self.tenant + "/audit?kind=change")
        let records = (trail.json["items"]?.array ?? [])
            .map { "\($0["action"]?.string ?? "") \($0["resource"]?["id"]?.string ?? "")" }
        #expect(
            records.suffix(10).contains("entity.apply user/new")
                && records.contains("entity.delete user/old")
                && records.contains("entity.delete robot/old")
        )
        let events = try await api.open("/v1/events?from=0&tenant=acme-corp")
        try await events.wait { $0.events.filter { $0.name == "entity.deleted" }.count == 2 }
        await events.leave()
    }

    @Test func `a key of some environments prunes no entity`() async throws {
        let api = try await TestAPI()
        try await api.must(.put, Self.tenant + "/entities/user/old")
        let key = try await api.key("tenant-admin", environments: ["sandbox"])
        let connection: JSONValue = [
            "kind": "IntegrationConnection", "object": SampleObjects.connection("conn"),
        ]
        try await api.putSpecs()
        let own = try await apply(api, [connection], "?prune=true", key: key)
        #expect(summary(own) == ["create": 1], "\(own)")
        let refused = try await apply(api, [Self.member("old")], "?prune=true", key: key)
        #expect(refused.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        #expect(try await api.send(.get, Self.tenant + "/entities/user/old").status == 200)
    }

    // MARK: Refusals

    @Test func `a refused entity of a line is located by it`() async throws {
        let api = try await TestAPI()
        let good = Self.member("a").serialized()
        let bad: JSONValue = [
            "kind": "Entity", "tenantId": "acme-corp",
            "object": ["type": "user", "id": "b", "role": "admin"],
        ]
        let twice = [good, [], bad.serialized(), good].joined(separator: [0x0A])
        let answer = try await apply(api, lines: Array(twice))
        #expect(answer.status == 422)
        let pointers = (answer.json["errors"]?.array ?? []).map { $0["pointer"]?.string }
        #expect(pointers == ["/objects/2/object/role", "/objects/3/object"], "\(answer)")
        #expect(answer.json["refusedCount"] == 2)
        #expect(try await api.must(.get, Self.tenant + "/entities").json["items"] == [])
    }

    @Test func `an entity is a tenant's; a tenant's own key need not say whose`() async throws {
        let api = try await TestAPI()
        let nobodys: JSONValue = ["kind": "Entity", "object": ["type": "user", "id": "a"]]
        let refused = try await apply(api, [nobodys])
        #expect(refused.status == 422)
        #expect(refused.json["errors"]?.array?.first?["pointer"] == "/objects/0/tenantId")
        let key = try await api.key("tenant-admin")
        #expect(summary(try await apply(api, [nobodys], key: key)) == ["create": 1])
        #expect(try await api.send(.get, Self.tenant + "/entities/user/a").status == 200)
    }

    @Test func `as many entities as a tenant may have, and one more`() async throws {
        let api = try await TestAPI()
        let full = (0..<10_000).map { Self.member("u\($0)") }
        #expect(summary(try await apply(api, full)) == ["create": 10_000])
        #expect(summary(try await apply(api, full, "?prune=true")) == ["unchanged": 10_000])
        let more = try await apply(api, [Self.member("u1"), Self.member("one-more")])
        #expect(more.status == 409)
        #expect(more.code == "TOO_MANY_ENTITIES")
        #expect(more.text.contains("/objects/1/object"), "\(more)")
        let changed = try await apply(api, [Self.member("u1", ["n": 1])])
        #expect(summary(changed) == ["update": 1])
        let other: JSONValue = [
            "kind": "Entity", "tenantId": "other-corp", "object": ["type": "user", "id": "a"],
        ]
        #expect(summary(try await apply(api, [other])) == ["create": 1])
    }

    // MARK: Events and simulation

    @Test func `an update by a set is told as one, and what is unchanged is not`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, [Self.member("a"), Self.member("b")])
        _ = try await apply(api, [Self.member("a"), Self.member("b", ["n": 2])])
        let events = try await api.open("/v1/events?from=0&tenant=acme-corp")
        try await events.wait { $0.events.contains { $0.name == "entity.updated" } }
        #expect(
            events.events.map(\.name) == ["entity.created", "entity.created", "entity.updated"]
        )
        let updated = events.events[2].data
        #expect(updated["id"] == "user/b" && updated["kind"] == "entity")
        #expect(updated["object"]?["attributes"] == ["n": 2])
        await events.leave()
    }

    @Test func `a simulation takes entities, and refuses what is none`() async throws {
        let api = try await TestAPI.access()
        let path = Self.tenant + "/configs/invoice-app/sandbox/simulate"
        func simulate(
            _ member: JSONValue,
            key: String = TestAPI.bootstrapKey
        ) async throws
            -> TestAnswer
        {
            try await api.send(.post, path, ["changes": [member]], key: key)
        }
        let fine = try await simulate(Self.member("a", ["n": 1]))
        #expect(fine.status == 200 && fine.json["access"] == [], "\(fine)")
        #expect(try await api.send(.get, Self.tenant + "/entities/user/a").status == 404)
        let bad: JSONValue = ["kind": "Entity", "object": ["type": "slot", "id": "a"]]
        let refused = try await simulate(bad)
        #expect(refused.status == 422)
        #expect(
            refused.json["errors"]?.array?.first?["pointer"] == "/changes/0/object/type",
            "\(refused)"
        )
        let foreign: JSONValue = [
            "kind": "Entity", "tenantId": "other-corp", "object": ["type": "user", "id": "a"],
        ]
        #expect(try await simulate(foreign).code == "PATH_MISMATCH")
        let bounded = try await api.key("tenant-admin", environments: ["sandbox"])
        let outside = try await simulate(Self.member("a"), key: bounded)
        #expect(outside.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
    }
}
