import HTTPWire
import JSON
import Testing

/// `POST /v1/apply?prune=true&label=…`: what goes is narrowed to a label.
@Suite struct ApplySetLabelTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private static func member(
        _ kind: String,
        _ object: JSONValue,
        tenant: String? = "acme-corp"
    ) -> JSONValue {
        var member: JSONObject = ["kind": .string(kind), "object": object]
        if let tenant { member["tenantId"] = .string(tenant) }
        return .object(member)
    }

    private static func labelled(_ object: JSONValue, _ labels: JSONValue?) -> JSONValue {
        guard let labels else { return object }
        return object.merging(patch: ["metadata": ["labels": labels, "free": [1]]])
    }

    private static func connection(
        _ id: String,
        _ labels: JSONValue?,
        tenant: String = "acme-corp"
    ) -> JSONValue {
        let object = labelled(SampleObjects.connection(id), labels)
        return member("IntegrationConnection", object, tenant: tenant)
    }

    private static func rule(_ id: String, _ labels: JSONValue?) -> JSONValue {
        let match: JSONValue = ["workflows": ["a-*"]]
        let rule: JSONValue = ["id": .string(id), "effect": "forbid", "match": match]
        return member("PolicyRule", labelled(rule, labels))
    }

    private static func config(_ labels: JSONValue?) -> JSONValue {
        var config = SampleObjects.config("unmarked").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
            "status": "published",
        ]
        return member("TenantAppConfig", labelled(.object(config), labels))
    }

    private static let spec = member("IntegrationSpec", SampleObjects.spec, tenant: nil)
    private static let blueprint = member("AppBlueprintSpec", SampleObjects.blueprint, tenant: nil)
    private static let checkout: JSONValue = ["app": "checkout", "team": "payments"]

    private func apply(
        _ api: TestAPI,
        _ objects: [JSONValue],
        _ query: String = ""
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply\(query)", ["objects": .array(objects)])
    }

    /// The kinds and ids that an answer says go.
    private func removed(_ answer: TestAnswer) -> Set<String> {
        let changes = answer.json["changes"]?.array ?? []
        return Set(
            changes.filter { $0["action"] == "delete" }
                .map { "\($0["kind"]?.string ?? "") \($0["id"]?.string ?? "")" }
        )
    }

    private func filled() async throws -> TestAPI {
        let api = try await TestAPI()
        let objects = [
            Self.spec, Self.blueprint, Self.connection("kept", Self.checkout),
            Self.connection("gone", Self.checkout), Self.connection("unmarked", nil),
            Self.connection("other", ["app": "search"]),
            Self.connection("elsewhere", ["team": "checkout"]),
            Self.connection("longer", ["app": "checkout2"]),
            Self.connection("gone", Self.checkout, tenant: "else"),
            Self.rule("marked", Self.checkout), Self.rule("unmarked", nil),
        ]
        let answer = try await apply(api, objects)
        #expect(answer.status == 200, "\(answer)")
        return api
    }

    @Test func `what has the label and is not in the set goes, and is listed first`() async throws {
        let api = try await filled()
        let set = [Self.connection("kept", Self.checkout)]
        let query = "?prune=true&label=app%3Dcheckout"
        let plan = try await apply(api, set, query + "&dryRun=true")
        #expect(removed(plan) == ["IntegrationConnection gone"])
        #expect(try await api.send(.get, Self.tenant + "/connections/gone").status == 200)
        let answer = try await apply(api, set, query)
        #expect(removed(answer) == ["IntegrationConnection gone"])
        #expect(try await api.send(.get, Self.tenant + "/connections/gone").status == 404)
        for path in [
            "/v1/tenants/else/connections/gone", Self.tenant + "/connections/unmarked",
            Self.tenant + "/connections/other", Self.tenant + "/connections/elsewhere",
            Self.tenant + "/connections/longer", Self.tenant + "/policies/marked",
        ] {
            #expect(try await api.send(.get, path).status == 200, "\(path)")
        }
        // A kind of the set is judged by the label too; another label's set leaves all alone.
        let rules = try await apply(api, [Self.rule("new", nil)], query)
        #expect(removed(rules) == ["PolicyRule marked"])
        let none = try await apply(api, [Self.rule("new", nil)], "?prune=true&label=app%3Dnobody")
        #expect(removed(none) == [])
        // What is in the set stays, whatever its label.
        let bare = try await apply(api, [Self.connection("kept", nil)], query)
        #expect(removed(bare) == [])
        #expect(try await api.send(.get, Self.tenant + "/connections/kept").status == 200)
    }

    @Test func `a live config goes by its own label`() async throws {
        let api = try await filled()
        #expect(try await apply(api, [Self.config(nil)]).status == 200)
        var staging = Self.config(nil).object ?? [:]
        staging["object"] = staging["object"]?
            .merging(
                patch: [
                    "meta": ["environment": "staging", "status": "draft"], "integrations": [],
                ]
            )
        let set: [JSONValue] = [.object(staging)]
        let query = "?prune=true&label=app%3Dcheckout"
        #expect(removed(try await apply(api, set, query)) == [])
        let marked = try await apply(api, [Self.config(Self.checkout)])
        #expect(marked.status == 200, "\(marked)")
        #expect(
            removed(try await apply(api, set, query)) == ["TenantAppConfig invoice-app/sandbox"]
        )
        let resolved = Self.tenant + "/configs/invoice-app/sandbox/resolved"
        #expect(try await api.send(.get, resolved).status == 404)
    }

    @Test(arguments: [
        "?label=app%3Dcheckout", "?prune=false&label=app%3Dcheckout", "?prune=true&label=app",
        "?prune=true&label=", "?prune=true&label=app%3D", "?prune=true&label=%3Dcheckout",
        "?prune=true&label=app%3Da%3Db", "?prune=true&label=app%3D%2A",
        "?prune=true&label=app%3Dcheck%20out",
    ])
    func `a label that says nothing is refused`(_ query: String) async throws {
        let api = try await filled()
        let answer = try await apply(api, [Self.connection("kept", nil)], query)
        #expect(answer.status == 400)
        #expect(answer.json["code"] == "INVALID_PARAMETER")
        #expect(answer.text.contains("label"))
        #expect(try await api.send(.get, Self.tenant + "/connections/gone").status == 200)
    }

    @Test(arguments: [
        ("[]", "WRONG_TYPE", ""), ("\"a\"", "WRONG_TYPE", ""),
        ("{\"app\":1}", "INVALID_VALUE", "/app"), ("{\"app\":\"\"}", "INVALID_VALUE", "/app"),
        ("{\"app\":\"a b\"}", "INVALID_VALUE", "/app"), ("{\"\":\"a\"}", "INVALID_IDENTIFIER", "/"),
        ("{\"a=b\":\"a\"}", "INVALID_IDENTIFIER", "/a=b"),
    ])
    func `labels that could not be asked for are refused`(
        _ labels: String,
        _ code: String,
        _ place: String
    ) async throws {
        let api = try await filled()
        let labels = try JSONValue(parsing: labels)
        let objects = [
            Self.labelled(SampleObjects.connection("new"), labels),
            Self.labelled(["id": "new", "effect": "forbid"], labels),
        ]
        for (path, object) in zip(["/connections", "/policies"], objects) {
            let answer = try await api.send(.post, Self.tenant + path, object)
            #expect(answer.status == 422)
            #expect(answer.json["code"] == .string(code), "\(answer)")
            let pointer = answer.json["errors"]?.array?.first?["pointer"]
            #expect(pointer == .string("/metadata/labels" + place))
        }
        for member in [
            Self.connection("new", labels), Self.rule("new", labels), Self.config(labels),
            Self.member("Entity", Self.labelled(["type": "user", "id": "u"], labels)),
            Self.member("IntegrationSpec", Self.labelled(SampleObjects.spec, labels), tenant: nil),
            Self.member(
                "AppBlueprintSpec",
                Self.labelled(SampleObjects.blueprint, labels),
                tenant: nil
            ),
        ] {
            let answer = try await apply(api, [member])
            #expect(answer.json["code"] == .string(code), "\(answer)")
            #expect(answer.text.contains("/objects/0/object/metadata/labels" + place))
        }
    }

    @Test func `an object has 32 labels at most`() async throws {
        let api = try await filled()
        func labels(_ count: Int) -> JSONValue {
            .object(JSONObject((0..<count).map { ("l\($0)", "v") }))
        }
        let most = SampleObjects.connection("most")
        let path = Self.tenant + "/connections"
        #expect(try await api.send(.post, path, Self.labelled(most, labels(32))).status == 201)
        let more = Self.labelled(SampleObjects.connection("more"), labels(33))
        let answer = try await api.send(.post, path, more)
        #expect(answer.status == 422)
        #expect(answer.json["code"] == "LIMIT_EXCEEDED")
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/metadata/labels")
    }
}
