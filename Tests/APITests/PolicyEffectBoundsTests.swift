import HTTPWire
import JSON
import Testing

/// How far the effect of a rule's change is told, and that what is answered is answered again.
@Suite struct PolicyEffectBoundsTests {
    private static func forbid(_ id: String, _ match: JSONValue) -> JSONValue {
        ["id": .string(id), "effect": "forbid", "match": match]
    }

    /// A server with the live config of so many tenants, each with a connection of its own name.
    private static func api(tenantCount: Int) async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        var objects: [JSONValue] = []
        for number in 0..<tenantCount {
            let (tenant, id) = (JSONValue.string("tenant-\(number)"), "conn-\(number)")
            var config = SampleObjects.config(id).object ?? [:]
            config["meta"] = [
                "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
                "status": "published",
            ]
            for (kind, object) in [
                ("IntegrationConnection", SampleObjects.connection(id)),
                ("TenantAppConfig", .object(config)),
            ] {
                objects.append(["kind": .string(kind), "tenantId": tenant, "object": object])
            }
        }
        try await api.must(.post, "/v1/apply", ["objects": .array(objects)])
        return api
    }

    @Test func `as many configs as the limit are compared, of one more it is said`() async throws {
        let api = try await Self.api(tenantCount: 1_000)
        let all = Self.forbid("all", ["workflows": ["checkout"]])
        let whole = try await api.must(.post, "/v1/policies?dryRun=true", all).json
        #expect(whole["access"]?.array?.count == 1_000)
        #expect(whole["accessIsCut"] == nil)
        let more = try await Self.api(tenantCount: 1_001)
        let cut = try await more.must(.post, "/v1/policies?dryRun=true", all).json
        #expect(cut["access"]?.array?.count == 1_000)
        #expect(cut["accessIsCut"] == true)
        // What the rule can't be about is no part of the limit.
        let last = Self.forbid("last", ["connections": ["conn-1000"]])
        let found = try await more.must(.post, "/v1/policies?dryRun=true", last).json
        #expect(found["accessIsCut"] == nil)
        let tenants = Set((found["access"]?.array ?? []).map { $0["tenantId"] })
        #expect(tenants == ["tenant-1000"])
    }

    @Test func `with an Idempotency-Key the effect is answered again`() async throws {
        let api = try await TestAPI.access()
        let key = [HTTPField("Idempotency-Key", "once")]
        let rule = Self.forbid("no-checkout", ["workflows": ["check*"]])
        let path = "/v1/tenants/acme-corp/policies"
        let first = try await api.send(.post, path, rule, headers: key)
        #expect(first.status == 201)
        #expect(first.json["access"]?.array?.count == 1)
        let second = try await api.send(.post, path, rule, headers: key)
        #expect(second.status == 201)
        #expect(second.json == first.json)
    }

    @Test func `what a rule says in other words changes nothing`() async throws {
        let api = try await TestAPI.access()
        let path = "/v1/tenants/acme-corp/policies"
        var rule = Self.forbid("no-checkout", ["workflows": ["check*"]]).object ?? [:]
        try await api.must(.post, path, .object(rule))
        rule["description"] = "Nobody checks out."
        let answer = try await api.must(.put, path + "/no-checkout", .object(rule)).json
        #expect(answer["access"] == [])
        #expect(answer["description"] == "Nobody checks out.")
    }

    @Test func `a tenant's admin is told of the own configs, and of the platform's rules nothing`()
        async throws
    {
        let api = try await TestAPI.access()
        let key = try await api.key("tenant-admin")
        let rule = Self.forbid("no-checkout", [:])
        let made = try await api.send(.post, "/v1/tenants/acme-corp/policies", rule, key: key)
        #expect(made.status == 201)
        let tenants = Set((made.json["access"]?.array ?? []).map { $0["tenantId"] })
        #expect(tenants == ["acme-corp"])
        let foreign = try await api.send(.post, "/v1/policies?dryRun=true", rule, key: key)
        #expect(foreign.status == 403)
        #expect(foreign.json["access"] == nil)
        let other = "/v1/tenants/other-corp/policies?dryRun=true"
        #expect(try await api.send(.post, other, rule, key: key).status == 404)
    }

    @Test func `a rehearsed removal of what is not there, or is another's revision, is refused`()
        async throws
    {
        let api = try await TestAPI.access()
        let path = "/v1/tenants/acme-corp/policies"
        #expect(try await api.send(.delete, path + "/nothing?dryRun=true").status == 404)
        try await api.must(.post, path, Self.forbid("no-checkout", [:]))
        let stale = [HTTPField("If-Match", "\"1\"")]
        let target = path + "/no-checkout?dryRun=true"
        #expect(try await api.send(.delete, target, headers: stale).status == 412)
        #expect(try await api.send(.put, target, [:], headers: stale).status == 422)
    }
}
