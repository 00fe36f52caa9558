import HTTPWire
import JSON
import Testing

/// What `POST /v1/apply` says of sets that are refused, and of those that change nothing.
@Suite struct ApplySetRefusalTests {
    private static let line = "/v1/tenants/acme-corp/configs/invoice-app/sandbox"

    private static func member(
        _ kind: String,
        _ object: JSONValue,
        tenant: String? = "acme-corp"
    ) -> JSONValue {
        var member: JSONObject = ["kind": .string(kind), "object": object]
        if let tenant { member["tenantId"] = .string(tenant) }
        return .object(member)
    }

    private static func rule(_ id: String, _ effect: String = "forbid") -> JSONValue {
        member("PolicyRule", ["id": .string(id), "effect": .string(effect)], tenant: nil)
    }

    private static func config(_ status: String, notes: String = "") -> JSONValue {
        var config = SampleObjects.config("conn").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
            "status": .string(status),
        ]
        config["notes"] = .string(notes)
        return member("TenantAppConfig", .object(config))
    }

    private static let world: [JSONValue] = [
        member("IntegrationSpec", SampleObjects.spec, tenant: nil),
        member("AppBlueprintSpec", SampleObjects.blueprint, tenant: nil),
        member("IntegrationConnection", SampleObjects.connection("conn")),
    ]

    private func apply(
        _ api: TestAPI,
        _ objects: [JSONValue],
        _ query: String = ""
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply\(query)", ["objects": .array(objects)])
    }

    private func lines(_ api: TestAPI, _ text: String) async throws -> TestAnswer {
        try await api.send(
            .post,
            "/v1/apply",
            bytes: Array(text.utf8),
            headers: [HTTPField("Content-Type", "application/x-ndjson")]
        )
    }

    private func actions(_ answer: TestAnswer) -> [String] {
        (answer.json["changes"]?.array ?? []).compactMap { $0["action"]?.string }
    }

    // MARK: What is refused

    @Test func `every refused object is named, not the first alone`() async throws {
        let api = try await TestAPI()
        let set = [
            Self.rule("a", "perhaps"), Self.rule("b"), Self.rule("c", "never"), Self.rule("b"),
        ]
        let answer = try await apply(api, set)
        #expect(answer.status == 422, "\(answer)")
        let refused = answer.json["refused"]?.array ?? []
        #expect(
            refused.compactMap { $0["pointer"]?.string } == [
                "/objects/0/object", "/objects/2/object", "/objects/3/object",
            ]
        )
        #expect(refused.allSatisfy { $0["code"]?.string != nil && $0["detail"]?.string != nil })
        let errors = answer.json["errors"]?.array ?? []
        let pointers = Set(errors.compactMap { $0["pointer"]?.string })
        #expect(pointers.isSuperset(of: ["/objects/0/object/effect", "/objects/2/object/effect"]))
        #expect(answer.json["detail"]?.string?.contains("and 2 more objects") == true)
        #expect(try await api.send(.get, "/v1/policies").json["items"] == [])
    }

    @Test func `as many refused objects as are named, and more`() async throws {
        let api = try await TestAPI()
        let answer = try await apply(api, (0..<101).map { Self.rule("r\($0)", "perhaps") })
        #expect(answer.json["refused"]?.array?.count == 100)
        #expect(answer.json["refusedCount"] == 101)
    }

    @Test func `what a refused object is needed by is not refused for it`() async throws {
        let api = try await TestAPI()
        var spec = SampleObjects.spec.object ?? [:]
        spec["capabilities"] = "none"
        let set =
            [Self.member("IntegrationSpec", .object(spec), tenant: nil)] + Self.world.dropFirst()
            + [Self.config("published"), Self.rule("a", "perhaps")]
        let answer = try await apply(api, set)
        #expect(answer.status == 422)
        let pointers = (answer.json["refused"]?.array ?? []).compactMap { $0["pointer"]?.string }
        #expect(pointers == ["/objects/0/object", "/objects/4/object"], "\(answer)")
    }

    @Test func `two configs that wait for a check are both named`() async throws {
        let api = try await TestAPI()
        let answer = try await apply(
            api,
            Self.world + [Self.config("superseded"), Self.config("archived")]
        )
        let pointers = (answer.json["refused"]?.array ?? []).compactMap { $0["pointer"]?.string }
        #expect(pointers == ["/objects/3/object", "/objects/4/object"], "\(answer)")
    }

    @Test func `a missing right ends it at once`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        let key = try await api.key("tenant-admin")
        let answer = try await api.send(
            .post,
            "/v1/apply",
            ["objects": [Self.rule("a", "perhaps"), Self.rule("b")]],
            key: key
        )
        #expect(answer.status == 403)
        #expect(answer.json["refused"] == nil)
    }

    // MARK: Lines

    private static let good = #"{"kind":"PolicyRule","object":{"id":"a","effect":"forbid"}}"#

    @Test(arguments: ["{", "[]", "null", "7", "{\"kind\":\"PolicyRule\"}", "{}{}"])
    func `a bad line is located by its number, blank lines counted`(_ bad: String) async throws {
        let api = try await TestAPI()
        let answer = try await lines(api, "\n\(Self.good)\n \t\r\n\n\(bad)\n\n")
        #expect(answer.status == 400 || answer.status == 422, "\(answer)")
        let error = answer.json["errors"]?.array?.first
        #expect(error?["pointer"]?.string?.hasPrefix("/objects/4") == true, "\(answer)")
        if answer.code == "MALFORMED_JSON" {
            #expect(error?["line"] == 5)
            #expect(answer.json["detail"]?.string?.contains("Line 5") == true)
        }
        #expect(try await api.send(.get, "/v1/policies").json["items"] == [])
    }

    @Test func `a refused object of a line is located by it as well`() async throws {
        let api = try await TestAPI()
        let bad = #"{"kind":"PolicyRule","object":{"id":"b","effect":"perhaps"}}"#
        let answer = try await lines(api, "\n\n\(Self.good)\n\n\(bad)")
        #expect(answer.json["errors"]?.array?.first?["pointer"] == "/objects/4/object/effect")
    }

    @Test func `blank lines are passed over, up to a bound, at the end without one`() async throws {
        let api = try await TestAPI()
        let end = String(repeating: "\n", count: 50_000)
        #expect(try await lines(api, "\n\n\(Self.good)\(end)").status == 200)
        let most = String(repeating: "\n", count: 10_000) + Self.good
        #expect(try await lines(api, most).status == 200)
        let more = String(repeating: "\n", count: 20_000) + Self.good
        let refused = try await lines(api, more)
        #expect(refused.status == 422 && refused.text.contains("LIMIT_EXCEEDED"))
        // A document has no blank lines.
        let null = try await apply(api, [.null])
        #expect(null.status == 422)
    }

    // MARK: Bounds

    @Test func `the limit of objects, and one more`() async throws {
        let api = try await TestAPI()
        let rules = (0...10_000)
            .map { index in
                Self.member(
                    "PolicyRule",
                    ["id": .string("r\(index)"), "effect": "forbid"],
                    tenant: "t\(index % 20)"
                )
            }
        let most = try await apply(api, Array(rules.prefix(10_000)))
        #expect(most.json["summary"]?["create"] == 10_000, "\(most.status)")
        #expect(most["Bindery-Revision"] == "1")
        let answer = try await apply(api, rules, "?dryRun=true")
        #expect(answer.status == 422)
        #expect(answer.text.contains("LIMIT_EXCEEDED"))
        #expect(try await api.send(.get, "/v1/audit/verify").json["records"] == 10_000)
    }

    // MARK: Plans

    @Test func `the values that change are told when asked for`() async throws {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        var connection = SampleObjects.connection("conn").object ?? [:]
        connection["description"] = .string(String(repeating: "x", count: 2000))
        connection["config"] = ["region": "eu"]
        let set = [Self.member("IntegrationConnection", .object(connection))]
        #expect(
            try await apply(api, set, "?dryRun=true").json["changes"]?.array?.first?["values"]
                == nil
        )
        let answer = try await apply(api, set, "?dryRun=true&values=true")
        let change = answer.json["changes"]?.array?.first
        let values = change?["values"]?.array ?? []
        #expect(values.compactMap { $0["pointer"] } == change?["fields"]?.array)
        let long = values.first { $0["pointer"] == "/description" }
        #expect(long?["after"] == nil && long?["afterByteCount"] == 2002)
        #expect(long?["before"] == nil && long?["beforeByteCount"] == nil)
        let region = values.first { $0["pointer"]?.string?.hasPrefix("/config") == true }
        #expect(region?["after"] != nil, "\(answer)")
    }

    @Test func `a line with a draft alone is unchanged, and updated by another draft`() async throws
    {
        let api = try await TestAPI()
        _ = try await apply(api, Self.world)
        #expect(actions(try await apply(api, [Self.config("draft")])) == ["create"])
        #expect(actions(try await apply(api, [Self.config("draft")])) == ["unchanged"])
        let changed = try await apply(api, [Self.config("draft", notes: "another")])
        #expect(actions(changed) == ["update"])
        #expect(changed.json["changes"]?.array?.first?["fields"] == ["/notes"])
        // A draft above it that is deleted leaves the one below it standing.
        try await api.must(.delete, Self.line + "/versions/2")
        #expect(actions(try await apply(api, [Self.config("draft")])) == ["unchanged"])
        let live = try await apply(api, [Self.config("preview")])
        #expect(actions(live) == ["update"])
        #expect(live.json["changes"]?.array?.first?["fields"] == ["/meta/status"])
    }

    @Test func `what an export leaves out is not pruned by it`() async throws {
        let api = try await TestAPI()
        var config = SampleObjects.config("live").object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "production",
            "status": "preview",
        ]
        let live = Self.member(
            "IntegrationConnection",
            SampleObjects.connection("live", environment: "production")
        )
        let preview = Self.member("TenantAppConfig", .object(config))
        let set = Self.world + [live, Self.config("published")]
        let made = try await apply(api, set + [preview])
        #expect(made.status == 200, "\(made)")
        let exported = try await api.open("/v1/export")
        try await exported.wait { $0.isWhole }
        let back = try await api.send(
            .post,
            "/v1/apply?prune=true",
            bytes: Array(exported.bytes),
            headers: [HTTPField("Content-Type", "application/x-ndjson")]
        )
        #expect(back.json["summary"]?["delete"] == 0, "\(back)")
        let without = try await apply(api, Self.world + [live, preview], "?prune=true")
        #expect(without.json["summary"]?["delete"] == 1, "the sandbox's live one: \(without)")
    }

    @Test func `two configs swap their domains in one set, in either order`() async throws {
        let api = try await TestAPI()
        func config(_ tenant: String, _ domain: String?) -> JSONValue {
            var object = SampleObjects.config("conn").object ?? [:]
            object["meta"] = [
                "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
                "status": "published",
            ]
            if let domain { object["branding"] = ["customDomain": .string(domain)] }
            return Self.member("TenantAppConfig", .object(object), tenant: tenant)
        }
        let tenants = ["one", "two"]
            .map { tenant in
                Self.member(
                    "IntegrationConnection",
                    SampleObjects.connection("conn"),
                    tenant: tenant
                )
            }
        let first = try await apply(
            api,
            Self.world + tenants + [config("one", "a.example.com"), config("two", "b.example.com")]
        )
        #expect(first.status == 200, "\(first)")
        let swapped = [config("one", "B.example.com"), config("two", "a.example.com")]
        let swap = try await apply(api, swapped)
        #expect(swap.status == 200, "\(swap)")
        #expect(actions(swap) == ["update", "update"])
        let back = try await apply(
            api,
            [config("two", "b.example.com"), config("one", "a.example.com")]
        )
        #expect(back.status == 200, "\(back)")
        // One of them alone takes what the other keeps.
        let taken = try await apply(api, [config("one", "b.example.com")])
        #expect(taken.status == 422 && taken.text.contains("DUPLICATE_DOMAIN"), "\(taken)")
        #expect(taken.text.contains("/objects/0/object/branding/customDomain"))
        // Both at once want a new one.
        let both = try await apply(
            api,
            [config("one", "c.example.com"), config("two", "c.example.com")]
        )
        #expect(both.status == 422 && both.text.contains("DUPLICATE_DOMAIN"))
        #expect(both.json["refusedCount"] == 2)
        // What pruning takes away is free for another.
        let pruned = try await apply(api, [config("two", nil), config("one", "b.example.com")])
        #expect(pruned.status == 200, "\(pruned)")
    }
}
