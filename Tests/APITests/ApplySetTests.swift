import HTTPWire
import JSON
import Testing

/// `POST /v1/apply`: a set of objects, all of them or none.
@Suite struct ApplySetTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    private static func member(
        _ kind: String,
        _ object: JSONValue,
        tenant: String? = "acme-corp"
    ) -> JSONValue {
        var member: JSONObject = ["kind": .string(kind), "object": object]
        if let tenant { member["tenantId"] = .string(tenant) }
        return .object(member)
    }

    private static func config(_ status: String, environment: String = "sandbox") -> JSONValue {
        var config = SampleObjects.config("conn").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1,
            "environment": .string(environment), "status": .string(status),
        ]
        return .object(config)
    }

    /// A whole world, in an order in which nothing stands before what it needs.
    private static let world: [JSONValue] = [
        member("TenantAppConfig", config("published")),
        member(
            "PolicyRule",
            ["id": "no-agents", "effect": "forbid", "match": ["workflows": ["a-*"]]]
        ),
        member("IntegrationConnection", SampleObjects.connection("conn")),
        member("AppBlueprintSpec", SampleObjects.blueprint, tenant: nil),
        member("IntegrationSpec", SampleObjects.spec, tenant: nil),
    ]

    private func apply(
        _ api: TestAPI,
        _ objects: [JSONValue],
        _ query: String = "",
        key: String? = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply\(query)", ["objects": .array(objects)], key: key)
    }

    private func summary(_ answer: TestAnswer) -> [String: Int64] {
        var counts: [String: Int64] = [:]
        for member in answer.json["summary"]?.object ?? [:] {
            if let count = member.value.integer, count > 0 { counts[member.key] = count }
        }
        return counts
    }

    @Test func `a world comes about whatever its order, in one revision`() async throws {
        let api = try await TestAPI()
        let answer = try await apply(api, Self.world)
        #expect(answer.status == 200, "\(answer)")
        #expect(summary(answer) == ["create": 5])
        #expect(answer.json["revision"] == 1)
        #expect(answer["Bindery-Revision"] == "1")
        let resolved = try await api.send(.get, Self.line + "/resolved")
        #expect(resolved.json["integrations"]?["payments.charge"]?["connection"] != nil)
        let config = try await api.send(.get, Self.line + "/versions/1")
        #expect(config.json["meta"]?["status"] == "published")
    }

    @Test func `the same set again changes nothing`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let again = try await apply(api, Self.world)
        #expect(summary(again) == ["unchanged": 5])
        #expect(again["Bindery-Revision"] == "1")
        #expect(again.json["changes"]?.array?.allSatisfy { $0["fields"] == [] } == true)
    }

    @Test func `what is exported is a set that changes nothing`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let exported = try await api.open("/v1/export")
        try await exported.wait { $0.isWhole }
        let answer = try await api.send(
            .post,
            "/v1/apply?prune=true",
            bytes: Array(exported.bytes),
            headers: [HTTPField("Content-Type", "application/x-ndjson")]
        )
        #expect(answer.status == 200, "\(answer)")
        #expect(summary(answer) == ["unchanged": 5])
    }

    @Test func `one bad object and nothing is written`() async throws {
        let api = try await TestAPI()
        for bad: JSONValue in [
            Self.member("PolicyRule", ["id": "x", "effect": "perhaps"]),
            Self.member("TenantAppConfig", Self.config("superseded", environment: "staging")),
            Self.member("TenantAppConfig", Self.config("published", environment: "production")),
            Self.member("IntegrationConnection", SampleObjects.connection("conn")),
        ] {
            let answer = try await apply(api, Self.world + [bad])
            #expect(answer.status == 422, "\(answer)")
            let text = answer.text
            #expect(text.contains("/objects/5/object"), "\(text)")
            #expect(try await api.send(.get, Self.tenant + "/connections").json["items"] == [])
            #expect(answer["Bindery-Revision"] == "0")
        }
    }

    @Test func `a dry run tells everything and keeps nothing`() async throws {
        let api = try await TestAPI()
        let answer = try await apply(api, Self.world, "?dryRun=true")
        #expect(summary(answer) == ["create": 5])
        #expect(answer.json["dryRun"] == true)
        #expect(answer.json["revision"] == 0)
        #expect(try await api.send(.get, Self.tenant + "/connections").json["items"] == [])
    }

    @Test func `an update names the fields that change`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        var connection = SampleObjects.connection("conn").object ?? [:]
        connection["config"] = ["region": "eu"]
        let answer = try await apply(
            api,
            [Self.member("IntegrationConnection", .object(connection))]
        )
        #expect(summary(answer) == ["update": 1])
        let change = answer.json["changes"]?.array?.first
        #expect(change?["action"] == "update")
        #expect(change?["id"] == "conn")
        #expect(
            change?["fields"]?.array?.contains { $0.string?.hasPrefix("/config") == true } == true
        )
    }

    @Test func `pruning removes what is of the set's kinds and tenants and not in it`() async throws
    {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let other = Self.member("IntegrationConnection", SampleObjects.connection("other"))
        _ = try await apply(api, [other])
        try await api.must(.post, "/v1/tenants/else/connections", SampleObjects.connection("kept"))
        let without = try await apply(api, Self.world)
        #expect(summary(without) == ["unchanged": 5])
        let answer = try await apply(api, Self.world, "?prune=true")
        #expect(summary(answer) == ["unchanged": 5, "delete": 1])
        #expect(try await api.send(.get, Self.tenant + "/connections/other").status == 404)
        #expect(try await api.send(.get, "/v1/tenants/else/connections/kept").status == 200)
    }

    @Test func `a config is judged without the rules that the set prunes`() async throws {
        let api = try await TestAPI()
        let all: JSONValue = ["id": "all", "effect": "forbid"]
        try await api.must(.post, Self.tenant + "/policies", all)
        let kept = try await apply(api, Self.world)
        #expect(kept.status == 422, "\(kept)")
        #expect(kept.text.contains("/objects/0/object"))
        let answer = try await apply(api, Self.world, "?prune=true")
        #expect(summary(answer) == ["create": 5, "delete": 1], "\(answer)")
    }

    @Test func `what a live config binds is not pruned, and nothing else is written`() async throws
    {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let other = Self.member("IntegrationConnection", SampleObjects.connection("other"))
        let answer = try await apply(api, [other], "?prune=true")
        #expect(answer.status == 409, "\(answer)")
        #expect(answer.code == "CONNECTION_IN_USE")
        #expect(try await api.send(.get, Self.tenant + "/connections/other").status == 404)
    }

    @Test func `a set against a store that has moved is refused`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let stale = try await api.send(
            .post,
            "/v1/apply",
            ["objects": []],
            headers: [HTTPField("If-Match", "\"0\"")]
        )
        #expect(stale.status == 412)
        let fresh = try await api.send(
            .post,
            "/v1/apply",
            ["objects": []],
            headers: [HTTPField("If-Match", "\"1\"")]
        )
        #expect(fresh.status == 200)
    }

    @Test
    func `a prune at its plan's revision removes what was listed, and nothing when that moved`()
        async throws
    {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let other = Self.member("IntegrationConnection", SampleObjects.connection("other"))
        _ = try await apply(api, [other])
        let kept = Self.world.filter { $0["kind"] == "IntegrationConnection" }
        func send(_ query: String, at revision: String? = nil) async throws -> TestAnswer {
            try await api.send(
                .post,
                "/v1/apply?prune=true" + query,
                ["objects": .array(kept)],
                headers: revision.map { [HTTPField("If-Match", "\"\($0)\"")] } ?? []
            )
        }
        func removed(_ answer: TestAnswer) -> [String] {
            (answer.json["changes"]?.array ?? []).filter { $0["action"] == "delete" }
                .compactMap { $0["id"]?.string }
        }
        let plan = try await send("&dryRun=true")
        #expect(removed(plan) == ["other"], "\(plan)")
        let seen = try #require(plan.json["revision"]?.integer)
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("late"))
        let stale = try await send("", at: "\(seen)")
        #expect(stale.status == 412 && stale.code == "REVISION_MISMATCH", "\(stale)")
        #expect(try await api.send(.get, Self.tenant + "/connections/other").status == 200)
        let again = try await send("&dryRun=true")
        #expect(removed(again).sorted() == ["late", "other"])
        let revision = try #require(again.json["revision"]?.integer)
        let done = try await send("", at: "\(revision)")
        #expect(removed(done).sorted() == ["late", "other"], "\(done)")
        #expect(try await api.send(.get, Self.tenant + "/connections/other").status == 404)
    }

    @Test func `a tenant's admin applies its own objects alone`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let key = try await api.key("tenant-admin")
        let own = Self.member(
            "IntegrationConnection",
            SampleObjects.connection("mine"),
            tenant: nil
        )
        #expect(summary(try await apply(api, [own], key: key)) == ["create": 1])
        let refused: [(JSONValue, Int)] = [
            (
                Self.member("IntegrationConnection", SampleObjects.connection("x"), tenant: "else"),
                404
            ),
            (Self.member("IntegrationSpec", SampleObjects.spec, tenant: nil), 403),
            (Self.member("PolicyRule", ["id": "p", "effect": "forbid"], tenant: nil), 403),
        ]
        for (member, status) in refused {
            let also = Self.member("IntegrationConnection", SampleObjects.connection("also"))
            let answer = try await apply(api, [also, member], key: key)
            #expect(answer.status == status, "\(answer)")
            let path = Self.tenant + "/connections/also"
            #expect(try await api.send(.get, path).status == 404)
        }
        let viewer = try await api.key("tenant-viewer")
        #expect(try await apply(api, [], key: viewer).status == 403)
    }

    @Test(arguments: [
        "{\"kind\":\"PolicyRule\"}", "{\"kind\":\"Nothing\",\"object\":{}}", "[]", "{",
    ])
    func `a line that is no member is named`(_ line: String) async throws {
        let answer = try await TestAPI()
            .send(
                .post,
                "/v1/apply",
                bytes: Array("\n\(line)\n".utf8),
                headers: [HTTPField("Content-Type", "application/x-ndjson")]
            )
        #expect(answer.status == (line == "{" ? 400 : 422), "\(answer)")
    }

    @Test func `each change has an audit record of its own`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let records = try await api.send(.get, Self.tenant + "/audit?kind=change").json["items"]
        let actions = Set((records?.array ?? []).compactMap { $0["action"]?.string })
        #expect(actions == ["connection.apply", "config.apply", "policy.apply"])
    }
}
