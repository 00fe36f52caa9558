import HTTPWire
import JSON
import Testing

@testable import API

/// Each gate on the way to a live config has a verdict of its own, in answers and in refusals.
@Suite struct StepGatesTests {
    /// The gates, as answers tell them.
    static let gates = [
        "VALIDATION", "CONNECTIONS", "HEALTH", "SECRETS", "ENVIRONMENTS", "AMBIGUITY", "PREVIEW",
        "APPROVALS",
    ]
    private static let tenant = "/v1/tenants/acme-corp"

    /// A binding beside a good one, and the gate that it fails.
    struct Case: Sendable, CustomTestStringConvertible {
        let slot: String
        let connection: String
        let workflow: String
        let gate: String?
        let code: String

        var testDescription: String { gate ?? "none" }
    }

    static let cases: [Case] = [
        Case(slot: "payments.primary", connection: "good-2", workflow: "x", gate: nil, code: ""),
        Case(
            slot: "payments.secondary",
            connection: "good-2",
            workflow: "x",
            gate: "VALIDATION",
            code: "UNKNOWN_SLOT_BINDING"
        ),
        Case(
            slot: "payments.primary",
            connection: "gone",
            workflow: "x",
            gate: "CONNECTIONS",
            code: "MISSING_INTEGRATION_CONNECTION"
        ),
        Case(
            slot: "payments.primary",
            connection: "idle",
            workflow: "x",
            gate: "CONNECTIONS",
            code: "CONNECTION_NOT_READY"
        ),
        Case(
            slot: "payments.primary",
            connection: "keyless",
            workflow: "x",
            gate: "SECRETS",
            code: "SECRET_UNAVAILABLE"
        ),
        Case(
            slot: "payments.primary",
            connection: "foreign",
            workflow: "x",
            gate: "ENVIRONMENTS",
            code: "ENVIRONMENT_MISMATCH"
        ),
        Case(
            slot: "payments.primary",
            connection: "good-2",
            workflow: "checkout",
            gate: "AMBIGUITY",
            code: "AMBIGUOUS_BINDING"
        ),
    ]

    private func world(_ environment: String, approvals: Int64 = 0) async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        let other = environment == "production" ? "sandbox" : "production"
        for (id, place) in [
            ("good", environment), ("good-2", environment), ("keyless", environment),
            ("idle", environment), ("foreign", other),
        ] {
            var body = SampleObjects.connection(id, environment: place).object ?? [:]
            if id == "keyless" { body["secretRef"] = "env://BINDERY_SECRET_NONE" }
            if id == "idle" { body["status"] = "draft" }
            try await api.must(.post, Self.tenant + "/connections", .object(body))
        }
        let policy = ApprovalWorld.asking(approvals)
        try await api.must(.put, Self.tenant + "/approval-policy", policy)
        return api
    }

    private static func line(_ environment: String) -> String {
        "\(tenant)/configs/invoice-app/\(environment)"
    }

    private static func config(_ one: Case) -> JSONValue {
        func binding(_ slot: String, _ connection: String, _ workflow: String) -> JSONValue {
            [
                "slotId": .string(slot), "connectionId": .string(connection),
                "scope": ["workflows": [.string(workflow)]],
            ]
        }
        return [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": [
                binding("payments.primary", "good", "checkout"),
                binding(one.slot, one.connection, one.workflow),
            ],
        ]
    }

    private func draft(_ api: TestAPI, _ environment: String, _ one: Case) async throws -> String {
        let path = Self.line(environment) + "/versions"
        let made = try await api.must(.post, path, Self.config(one))
        let number = try #require(made.json["meta"]?["version"]?.integer)
        return "\(path)/\(number)"
    }

    private func gate(_ answer: TestAnswer, _ name: String) -> JSONValue? {
        answer.json["gates"]?.array?.first { $0["gate"]?.string == name }
    }

    private func failed(_ answer: TestAnswer) -> [String] {
        let gates = answer.json["gates"]?.array ?? []
        #expect(gates.map { $0["gate"]?.string } == Self.gates, "\(answer)")
        return gates.filter { $0["verdict"] == "failed" }.compactMap { $0["gate"]?.string }
    }

    /// What a failed gate tells: the words, the code and the place.
    private func check(_ gate: JSONValue?, _ one: Case) {
        #expect(gate?["issues"]?.array?.first?["code"]?.string == one.code, "\(one)")
        let pointer = gate?["issues"]?.array?.first?["pointer"]?.string
        #expect(pointer?.hasPrefix("/integrations/") == true, "\(one)")
        #expect(gate?["issueCount"] == 1)
        #expect(gate?["reason"]?.string?.contains(": ") == true, "\(one)")
    }

    @Test(arguments: cases, [true, false])
    func `in production a binding fails its gate and no other`(
        _ one: Case,
        _ isDryRun: Bool
    ) async throws {
        let api = try await world("production")
        let version = try await draft(api, "production", one)
        let query = isDryRun ? "?dryRun=true" : ""
        // A draft that nobody looked at: that gate fails beside, whatever the other finds.
        let answer = try await api.send(.post, version + "/publish" + query, [:])
        #expect(failed(answer) == [one.gate, "PREVIEW"].compactMap { $0 })
        #expect(answer.code == (one.gate == nil ? "PREVIEW_REQUIRED" : "VALIDATION_FAILED"))
        guard let gate = one.gate else {
            try await api.must(.post, version + "/preview")
            let answer = try await api.send(.post, version + "/publish" + query, [:])
            #expect(answer.status == 200, "\(answer)")
            #expect(failed(answer).isEmpty)
            for name in Self.gates where name != "HEALTH" && name != "APPROVALS" {
                #expect(self.gate(answer, name)?["verdict"] == "passed", "\(name)")
            }
            return
        }
        check(self.gate(answer, gate), one)
    }

    @Test(arguments: cases, [true, false])
    func `in sandbox ambiguity and missing secrets stop nothing, and nobody need have looked`(
        _ one: Case,
        _ isDryRun: Bool
    ) async throws {
        let api = try await world("sandbox")
        let version = try await draft(api, "sandbox", one)
        let query = isDryRun ? "?dryRun=true" : ""
        let answer = try await api.send(.post, version + "/publish" + query, [:])
        #expect(gate(answer, "PREVIEW")?["verdict"] == "notRequired")
        let ambiguity = gate(answer, "AMBIGUITY")
        #expect(ambiguity?["verdict"] == "notRequired")
        let warns = one.gate == "AMBIGUITY" || one.gate == "SECRETS"
        guard let name = one.gate, !warns else {
            #expect(answer.status == 200, "\(answer)")
            #expect(failed(answer).isEmpty)
            let verdict = one.gate.flatMap { gate(answer, $0) }
            #expect(verdict == nil || verdict?["verdict"] == "notRequired")
            let code = verdict?["issues"]?.array?.first?["code"]?.string
            #expect(code == (one.gate == nil ? nil : one.code))
            return
        }
        #expect(answer.code == "VALIDATION_FAILED")
        #expect(failed(answer) == [name])
        check(gate(answer, name), one)
    }

    /// How many bindings are wrong, and how many of them the verdict names.
    @Test(arguments: [(20, 20), (21, 20)])
    func `a verdict names the first twenty issues, and counts all`(
        _ count: Int,
        _ named: Int
    ) async throws {
        let api = try await world("sandbox")
        let gone = try #require(Self.cases.first { $0.connection == "gone" })
        let bindings = Self.config(gone)["integrations"]?.array ?? []
        var config = Self.config(gone).object ?? [:]
        let wrong = Array(repeating: bindings[1], count: count)
        config["integrations"] = .array([bindings[0]] + wrong)
        let path = Self.line("sandbox") + "/versions"
        try await api.must(.post, path, .object(config))
        let answer = try await api.send(.post, path + "/1/publish", [:])
        let verdict = gate(answer, "CONNECTIONS")
        #expect(verdict?["issues"]?.array?.count == named, "\(answer)")
        #expect(verdict?["issueCount"] == .integer(Int64(count)))
        #expect(verdict?["reason"]?.string?.hasSuffix("(and \(count - 1) more)") == true)
    }

    @Test func `a preview asks neither health nor secrets, and tells the others`() async throws {
        let api = try await world("production", approvals: 1)
        let keyless = try #require(Self.cases.first { $0.gate == "SECRETS" })
        let version = try await draft(api, "production", keyless)
        for query in ["?dryRun=true", ""] {
            let answer = try await api.send(.post, version + "/preview" + query, [:])
            #expect(answer.status == 200, "\(answer)")
            #expect(failed(answer).isEmpty)
            for name in ["HEALTH", "SECRETS", "PREVIEW", "APPROVALS"] {
                #expect(gate(answer, name)?["verdict"] == "notRequired", "\(name)")
                #expect(gate(answer, name)?["reason"]?.string?.isEmpty == false)
            }
        }
        let idle = try #require(Self.cases.first { $0.connection == "idle" })
        let other = try await draft(api, "production", idle)
        let refused = try await api.send(.post, other + "/preview", [:])
        #expect(refused.code == "VALIDATION_FAILED")
        #expect(failed(refused) == ["CONNECTIONS"])
    }

    @Test(arguments: cases)
    func `a break-glass passes over the approvals and over nothing else`(
        _ one: Case
    ) async throws {
        let api = try await world("production", approvals: 1)
        let version = try await draft(api, "production", one)
        let glass: JSONValue = ["breakGlass": ["reason": "The provider is down."]]
        let answer = try await api.send(.post, version + "/publish", glass)
        #expect(answer.status >= 400, "\(answer)")
        #expect(failed(answer) == [one.gate, "PREVIEW"].compactMap { $0 })
        #expect(gate(answer, "APPROVALS")?["verdict"] == "skipped")
        #expect(gate(answer, "APPROVALS")?["reason"] == "The provider is down.")
        let without = try await api.send(.post, version + "/publish", [:])
        #expect(failed(without) == [one.gate, "PREVIEW", "APPROVALS"].compactMap { $0 })
        let configs = try await api.send(.get, Self.tenant + "/configs")
        #expect(configs.json["items"]?.array?.first?["publishedVersion"]?.isNull != false)
    }

    @Test func `a rollback reads the secrets of today`() async throws {
        let api = try await world("production")
        let good = try #require(Self.cases.first)
        for _ in 1...2 {
            let version = try await draft(api, "production", good)
            try await api.must(.post, version + "/preview")
            try await api.must(.post, version + "/publish")
        }
        let none: JSONValue = ["secretRef": "env://BINDERY_SECRET_NONE"]
        let path = Self.tenant + "/connections/good-2"
        let headers = [HTTPField("Content-Type", "application/merge-patch+json")]
        let patched = try await api.send(
            .patch,
            path,
            bytes: none.serialized(),
            headers: headers
        )
        #expect(patched.status == 200, "\(patched)")
        for query in ["?dryRun=true", ""] {
            let target = Self.line("production") + "/rollback" + query
            let answer = try await api.send(.post, target, ["toVersion": 1])
            #expect(answer.code == "VALIDATION_FAILED", "\(answer)")
            #expect(failed(answer) == ["SECRETS"])
            #expect(answer.text.contains("BINDERY_SECRET_NONE"))
        }
    }

    @Test func `a set is refused with the gates of its config, and its plan reads no secrets`()
        async throws
    {
        let api = try await world("production")
        for (one, code) in [
            (try #require(Self.cases.first { $0.gate == "SECRETS" }), "VALIDATION_FAILED"),
            (try #require(Self.cases.first), nil),
        ] {
            var config = Self.config(one).object ?? [:]
            config["meta"] = [
                "blueprintName": "invoice-app", "blueprintVersion": 1,
                "environment": "production", "status": "published",
            ]
            let set: JSONValue = [
                "objects": [
                    [
                        "kind": "TenantAppConfig", "tenantId": "acme-corp",
                        "object": .object(config),
                    ]
                ]
            ]
            let plan = try await api.send(.post, "/v1/apply?dryRun=true", set)
            #expect(plan.status == 200, "\(plan)")
            let answer = try await api.send(.post, "/v1/apply", set)
            #expect(answer.code == code, "\(answer)")
            if code != nil { #expect(failed(answer) == ["SECRETS"]) }
        }
    }

    @Test func `a change request is refused with every gate, and none of its approvals is lost`()
        async throws
    {
        let world = try await ApprovalWorld(required: 1)
        let version = try await world.version("one")
        let id = try await world.submitted(version)
        #expect(try await world.move(id, "approve", as: world.anna).json["status"] == "Approved")
        let path = ApprovalWorld.tenant + "/connections/conn"
        try await world.api.must(.post, path + "/pause")
        let refused = try await world.move(id, "apply", as: world.author)
        #expect(refused.code == "VALIDATION_FAILED", "\(refused)")
        #expect(failed(refused) == ["CONNECTIONS"])
        #expect(gate(refused, "APPROVALS")?["verdict"] == "passed")
        try await world.api.must(.post, path + "/resume")
        #expect(try await world.move(id, "apply", as: world.author).status == 200)
    }
}
