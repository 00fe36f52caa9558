import Commands
import HTTPWire
import JSON
import Testing

/// `POST …/simulate`: before and after of a set of changes, of which nothing is written.
@Suite struct SimulateTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let path = tenant + "/configs/invoice-app/sandbox/simulate"
    private static let call: JSONValue = ["workflow": "checkout", "capability": "payments.charge"]

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("spare"))
        return api
    }

    private func body(_ changes: [JSONValue], calls: [JSONValue] = [call]) -> JSONValue {
        ["changes": .array(changes), "calls": .array(calls)]
    }

    private func config(_ connection: String, environment: String = "sandbox") -> JSONValue {
        var object = SampleObjects.config(connection).object ?? [:]
        object["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1,
            "environment": .string(environment),
        ]
        return ["kind": "TenantAppConfig", "object": .object(object)]
    }

    private func pointers(_ answer: TestAnswer) -> [String?] {
        (answer.json["errors"]?.array ?? []).map { $0["pointer"]?.string }
    }

    private func action(_ name: String, _ id: String = "conn") -> JSONValue {
        [
            "kind": "IntegrationConnection", "action": .string(name),
            "object": ["meta": ["id": .string(id)]],
        ]
    }

    @Test func `a connection is paused in memory, and resumed`() async throws {
        let api = try await api()
        let paused = try await api.must(.post, Self.path, body([action("pause")]))
        let call = paused.json["calls"]?.array?.first
        #expect(call?["before"]?["winner"]?["connectionId"] == "conn")
        #expect(call?["after"]?["winner"]?.isNull == true)
        #expect(call?["after"]?["allowed"] == true, "a pause takes nobody's permission")
        #expect(call?["changed"] == true)
        let path = Self.tenant + "/connections/conn"
        #expect(try await api.must(.get, path).json["status"] == "active")
        try await api.must(.post, path + "/pause")
        let resumed = try await api.must(.post, Self.path, body([action("resume")]))
        let after = resumed.json["calls"]?.array?.first?["after"]
        #expect(after?["winner"]?["connectionId"] == "conn")
        let revoked = try await api.must(.post, Self.path, body([action("revoke")]))
        #expect(revoked.json["calls"]?.array?.first?["after"]?["allowed"] == false)
        #expect(try await api.must(.get, path).json["status"] == "paused")
    }

    @Test func `an action is refused where the real one is, and where it is none`() async throws {
        let api = try await api()
        try await api.must(.post, Self.tenant + "/connections/spare/revoke")
        let gone = try await api.send(.post, Self.path, body([action("resume", "spare")]))
        #expect(gone.code == "INVALID_TRANSITION", "\(gone)")
        #expect(gone.status == 409)
        let missing = try await api.send(.post, Self.path, body([action("pause", "nobody")]))
        #expect(missing.code == "NOT_FOUND", "\(missing)")
        #expect(missing.status == 422)
        let unknown = try await api.send(.post, Self.path, body([action("stop")]))
        #expect(pointers(unknown) == ["/changes/0/action"])
        var policy = action("pause").object ?? [:]
        policy["kind"] = "PolicyRule"
        let rule = try await api.send(.post, Self.path, body([.object(policy)]))
        #expect(pointers(rule) == ["/changes/0/action"])
        var whole = action("pause").object ?? [:]
        whole["object"] = SampleObjects.connection("conn")
        let more = try await api.send(.post, Self.path, body([.object(whole)]))
        #expect(pointers(more).contains("/changes/0/object/ownershipMode"), "\(more)")
        let twice = try await api.send(
            .post,
            Self.path,
            body([action("pause"), action("resume")])
        )
        #expect(twice.code == "INVALID_VALUE")
        // A set says how objects are to be: it takes no steps.
        let member = action("pause").merging(patch: ["tenantId": "acme-corp"])
        let set: JSONValue = ["objects": [member]]
        let applied = try await api.send(.post, "/v1/apply", set)
        #expect(pointers(applied) == ["/objects/0/action"], "\(applied)")
        let viewer = try await api.key("tenant-viewer")
        let denied = try await api.send(.post, Self.path, body([action("pause")]), key: viewer)
        #expect(denied.status == 403)
    }

    @Test func `a config among the changes stands for the new live version`() async throws {
        let api = try await api()
        let before = try await api.send(.get, "/livez")["Bindery-Revision"]
        let answer = try await api.must(.post, Self.path, body([config("spare")]))
        let call = answer.json["calls"]?.array?.first
        #expect(call?["workflow"] == "checkout")
        #expect(call?["capability"] == "payments.charge")
        #expect(call?["before"]?["winner"]?["connectionId"] == "conn")
        #expect(call?["after"]?["winner"]?["connectionId"] == "spare")
        #expect(call?["after"]?["allowed"] == true)
        #expect(call?["changed"] == true)
        let entry: JSONValue = [
            "workflow": "checkout", "capability": "payments.charge", "before": "conn",
            "after": "spare",
        ]
        #expect(answer.json["access"] == [entry])
        #expect(answer["Bindery-Revision"] == before)
        #expect(try await api.send(.get, "/livez")["Bindery-Revision"] == before)
        let resolved = try await api.must(
            .get,
            Self.tenant + "/configs/invoice-app/sandbox/resolved"
        )
        #expect(resolved.json["configVersion"] == 1)
    }

    @Test func `changes need one another whatever their order`() async throws {
        let api = try await api()
        let connection: JSONValue = [
            "kind": "IntegrationConnection", "tenantId": "acme-corp",
            "object": SampleObjects.connection("fresh"),
        ]
        let answer = try await api.must(.post, Self.path, body([config("fresh"), connection]))
        #expect(answer.json["access"]?.array?.first?["after"] == "fresh")
        #expect(try await api.send(.get, Self.tenant + "/connections/fresh").status == 404)
    }

    @Test func `without changes nothing changes, and what nobody requires is null`() async throws {
        let api = try await api()
        let calls: [JSONValue] = [Self.call, ["workflow": "checkout", "capability": "mail.send"]]
        let answer = try await api.must(.post, Self.path, body([], calls: calls))
        #expect(answer.json["calls"]?.array?.map { $0["changed"] } == [false, false])
        #expect(answer.json["calls"]?.array?.last?["before"] == JSONValue.null)
        #expect(answer.json["access"] == [])
        let explained = try await api.must(
            .post,
            Self.tenant + "/configs/invoice-app/sandbox/explain",
            Self.call
        )
        var object = explained.json.object ?? [:]
        object["revision"] = nil
        object["decisionId"] = nil
        #expect(answer.json["calls"]?.array?.first?["before"] == .object(object))
    }

    @Test func `a line that is not live is simulated only with a config`() async throws {
        let api = try await api()
        let staging = Self.tenant + "/configs/invoice-app/staging/simulate"
        #expect(try await api.send(.post, staging, body([])).code == "CONFIG_NOT_LIVE")
        let connection: JSONValue = [
            "kind": "IntegrationConnection",
            "object": SampleObjects.connection("st", environment: "staging"),
        ]
        let changes = [connection, config("st", environment: "staging")]
        let answer = try await api.must(.post, staging, body(changes))
        #expect(answer.json["calls"]?.array?.first?["before"] == JSONValue.null)
        #expect(answer.json["access"]?.array?.first?["after"] == "st")
        let unknown = Self.tenant + "/configs/invoice-app/moon/simulate"
        #expect(try await api.send(.post, unknown, body([])).code == "UNKNOWN_ENVIRONMENT")
    }

    @Test func `what the real write refuses is refused, with a pointer into the set`() async throws
    {
        let api = try await api()
        let good = config("spare")
        let missing = try await api.send(.post, Self.path, body([good, config("none")]))
        #expect(missing.status == 422)
        // The same line twice is refused before what is wrong with the second.
        #expect(missing.code == "INVALID_VALUE")
        #expect(pointers(missing) == ["/changes/1/object"])
        let invalid = try await api.send(.post, Self.path, body([config("none")]))
        #expect(invalid.code == "VALIDATION_FAILED")
        #expect(pointers(invalid).contains("/changes/0/object/integrations/0/connectionId"))
        #expect(invalid.json["report"]?["valid"] == false)
        let moved: JSONValue = [
            "kind": "IntegrationConnection",
            "object": SampleObjects.connection("conn", environment: "staging"),
        ]
        let inUse = try await api.send(.post, Self.path, body([moved]))
        #expect(inUse.status == 409)
        #expect(inUse.code == "CONNECTION_IN_USE")
        #expect(inUse.json["pointer"] == "/changes/0/object")
        let moon = try await api.send(.post, Self.path, body([config("conn", environment: "moon")]))
        #expect(moon.status == 422)
        #expect(moon.code == "UNKNOWN_ENVIRONMENT")
    }

    @Test func `malformed sets name each place`() async throws {
        let api = try await api()
        let changes: [JSONValue] = [
            "x", ["kind": "Key", "object": [:]], ["kind": "PolicyRule"],
            ["kind": "IntegrationSpec", "tenantId": "acme-corp", "object": [:]],
            ["kind": "PolicyRule", "object": [], "more": 1],
        ]
        let answer = try await api.send(.post, Self.path, body(changes, calls: [["workflow": 1]]))
        #expect(answer.status == 422)
        let wanted = [
            "/changes/0", "/changes/1/kind", "/changes/2/object", "/changes/3/tenantId",
            "/changes/4/more", "/changes/4/object", "/calls/0/workflow", "/calls/0/capability",
        ]
        #expect(Set(wanted).isSubset(of: Set(pointers(answer).compactMap { $0 })))
        let other = try await api.send(.post, Self.path, ["changes": [:], "call": []])
        #expect(Set(pointers(other)) == ["/changes", "/call"])
    }

    @Test func `the most changes and calls are taken, and one more is not`() async throws {
        let api = try await api()
        let rule: JSONValue = ["effect": "forbid", "match": ["workflows": ["other"]]]
        let rules = (0...SimulateChanges.changeCountMax)
            .map { index -> JSONValue in
                var object = rule.object ?? [:]
                object["id"] = .string("rule-\(index)")
                return ["kind": "PolicyRule", "tenantId": "acme-corp", "object": .object(object)]
            }
        let calls = [JSONValue](repeating: Self.call, count: SimulateChanges.callCountMax + 1)
        let most = body(Array(rules.dropLast()), calls: Array(calls.dropLast()))
        let answer = try await api.must(.post, Self.path, most)
        #expect(answer.json["calls"]?.array?.count == SimulateChanges.callCountMax)
        let more = try await api.send(.post, Self.path, body(rules, calls: calls))
        #expect(more.code == "LIMIT_EXCEEDED")
        #expect(pointers(more) == ["/changes", "/calls"])
    }

    @Test func `nobody simulates what they may not write`() async throws {
        let api = try await api()
        let admin = try await api.key("tenant-admin")
        let policy: JSONValue = ["kind": "PolicyRule", "object": SampleObjects.policy]
        let spec: JSONValue = ["kind": "IntegrationSpec", "object": SampleObjects.spec]
        for change in [policy, spec] {
            let answer = try await api.send(.post, Self.path, body([change]), key: admin)
            #expect(answer.status == 403, "\(answer)")
            #expect(answer.json["pointer"] == "/changes/0/object")
            #expect(try await api.send(.post, Self.path, body([change])).status == 200)
        }
        let foreign: JSONValue = [
            "kind": "IntegrationConnection", "tenantId": "globex",
            "object": SampleObjects.connection("conn"),
        ]
        // Also the operator: a simulation is of one tenant.
        for key in [admin, TestAPI.bootstrapKey] {
            let answer = try await api.send(.post, Self.path, body([foreign]), key: key)
            #expect(answer.code == "PATH_MISMATCH")
            #expect(pointers(answer) == ["/changes/0/tenantId"])
        }
        let sandbox = try await api.key("tenant-admin", environments: ["sandbox"])
        let production = config("conn", environment: "production")
        let answer = try await api.send(.post, Self.path, body([production]), key: sandbox)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
    }

    @Test func `a platform rule shows its effect on the tenant`() async throws {
        let api = try await api()
        let policy: JSONValue = ["kind": "PolicyRule", "object": SampleObjects.policy]
        let answer = try await api.must(.post, Self.path, body([policy]))
        let after = answer.json["calls"]?.array?.first?["after"]
        #expect(after?["allowed"] == false)
        #expect(after?["policies"] == ["no-agents"])
        #expect(answer.json["access"]?.array?.first?["after"] == JSONValue.null)
    }

    @Test func `a secret in a change is refused and not repeated`() async throws {
        let api = try await api()
        let secret = "sk_live_51HxAbCdEfGhIjKlMnOpQr"
        let kinds: [(String, JSONValue)] = [
            ("IntegrationConnection", SampleObjects.connection("conn")),
            ("PolicyRule", SampleObjects.policy), ("AppBlueprintSpec", SampleObjects.blueprint),
        ]
        for (kind, object) in kinds {
            var object = object.object ?? [:]
            object["description"] = .string("key: \(secret)")
            let change: JSONValue = ["kind": .string(kind), "object": .object(object)]
            let answer = try await api.send(.post, Self.path, body([change]))
            #expect(answer.code == "SECRET_IN_CONFIG", "\(kind): \(answer)")
            #expect(pointers(answer) == ["/changes/0/object/description"])
            #expect(!answer.text.contains(secret))
        }
    }
}
