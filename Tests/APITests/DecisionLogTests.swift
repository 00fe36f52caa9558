import Audit
import Commands
import HTTPWire
import JSON
import Testing

/// Which decisions are in the trail, and what of them.
@Suite struct DecisionLogTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    /// The tenant's records of decisions, newest first, as a caller reads them.
    private func decisions(
        _ api: TestAPI,
        key: String = TestAPI.bootstrapKey,
        _ tenant: String = Self.tenant
    ) async throws -> [JSONValue] {
        let target = tenant + "/audit?kind=decision&limit=500"
        return try await api.send(.get, target, key: key).json["items"]?.array ?? []
    }

    /// The same, once there are as many: some are written behind their answers.
    private func decisions(_ api: TestAPI, count: Int) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        for _ in 0..<2000 {
            found = try await decisions(api)
            if found.count >= count { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        return found
    }

    private func metric(_ name: String, _ api: TestAPI) async throws -> Int {
        let line = try await api.must(.get, "/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? -1
    }

    private static func question(_ workflow: String, explain: Bool = false) -> JSONValue {
        Access.question(Access.workflow(workflow), context: ["explain": .bool(explain)])
    }

    @Test func `a denial is in the trail before it is answered, whatever the settings`()
        async throws
    {
        for extent in DecisionLogSettings.Extent.allCases {
            for whenBusy in DecisionLogSettings.WhenBusy.allCases {
                let api = try await TestAPI.access { settings in
                    settings.decisions.extent = extent
                    settings.decisions.whenBusy = whenBusy
                }
                let answer = try await api.evaluate(Self.question("newsletter", explain: true))
                #expect(answer.json["decision"] == false)
                let record = try #require(try await decisions(api).first, "\(extent) \(whenBusy)")
                #expect(record["outcome"] == "denied")
                #expect(record["action"] == "access.evaluate")
                #expect(record["workflow"] == "newsletter")
                #expect(record["connectionId"] == "conn")
                #expect(record["operation"] == "payments.test.charge")
                #expect(record["decision"]?["id"] == answer.json["context"]?["decisionId"])
                #expect(record["decision"]?["reasons"] == ["WORKFLOW_NOT_IN_SCOPE"])
                #expect(record["decision"]?["nearMisses"]?.array?.count == 1)
                #expect(record["question"]?["subject"] == Access.workflow("newsletter"))
                #expect(record["revision"]?.integer != nil)
            }
        }
    }

    @Test func `by default only denials are written, each time that they are answered`()
        async throws
    {
        let api = try await TestAPI.access()
        for _ in 0..<3 {
            #expect(try await api.evaluate(Self.question("checkout")).json["decision"] == true)
            #expect(try await api.evaluate(Self.question("newsletter")).json["decision"] == false)
        }
        #expect(try await decisions(api).map { $0["outcome"] } == ["denied", "denied", "denied"])
    }

    @Test func `all decisions are written when they are wanted, remembered answers too`()
        async throws
    {
        let api = try await TestAPI.access { $0.decisions.extent = .all }
        for _ in 0..<3 { _ = try await api.evaluate(Self.question("checkout")) }
        let explain: JSONValue = ["capability": "payments.charge", "workflow": "checkout"]
        let explained = try await api.must(.post, Self.line + "/explain", explain)
        let found = try await decisions(api, count: 4)
        let evaluated = found.filter { $0["action"] == "access.evaluate" }
        #expect(evaluated.count == 3)
        #expect(Set(evaluated.map { $0["decision"]?["id"]?.string }).count == 3)
        let grant = evaluated.first?["decision"]?["determining"]?.array?.first
        #expect(grant?["source"] == "grant")
        #expect(grant?["matched"] == ["workflows": "checkout"])
        let explanation = found.first { $0["action"] == "binding.explain" }
        #expect(explanation?["decision"]?["id"] == explained.json["decisionId"])
        let logged = #"bindery_decisions_logged_total{outcome="success"}"#
        #expect(try await metric(logged, api) == 4)
    }

    @Test func `each question of a batch is a decision of its own`() async throws {
        let api = try await TestAPI.access { settings in
            settings.decisions.extent = .all
            settings.decisions.whenBusy = .wait
        }
        let body: JSONValue = [
            "evaluations": .array(
                ["checkout", "newsletter", "checkout"].map { Self.question($0) } + [[:]]
            )
        ]
        let answer = try await api.must(.post, "/access/v1/evaluations", body)
        #expect(answer.json["evaluations"]?.array?.count == 4)
        // In one batch of the trail, and all of them there when it is answered.
        let found = try await decisions(api)
        #expect(found.map { $0["outcome"] } == ["success", "denied", "success"])
    }

    @Test func `a log that may drop nothing answers nothing that it can't write`() async throws {
        for (whenBusy, failsOpen, status) in [
            (.wait, false, 503), (.wait, true, 200), (.drop, false, 200),
        ] as [(DecisionLogSettings.WhenBusy, Bool, Int)] {
            let api = try await TestAPI.access { settings in
                settings.decisions.extent = .all
                settings.decisions.whenBusy = whenBusy
                settings.auditFailsOpen = failsOpen
            }
            await api.closeAudit()
            let answer = try await api.evaluate(Self.question("checkout"))
            #expect(answer.status == status, "\(whenBusy) \(failsOpen)")
            if status == 503 { #expect(answer.code == "AUDIT_UNAVAILABLE") }
            guard status == 200 else { continue }
            var dropped = 0
            for _ in 0..<2000 {
                dropped = try await metric("bindery_decisions_dropped_total", api)
                if dropped > 0 { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(dropped == 1)
        }
    }

    @Test func `a denial that can't be written is not answered`() async throws {
        let api = try await TestAPI.access()
        await api.closeAudit()
        #expect(try await api.evaluate(Self.question("newsletter")).status == 503)
        #expect(try await api.evaluate(Self.question("checkout")).status == 200)
    }

    @Test func `what is masked is not in the record, and still decides`() async throws {
        let api = try await TestAPI.access { settings in
            settings.decisions.masks = [
                "/context/card", "/subject/properties/*", "/context/list/1",
            ]
            .compactMap { PointerMask($0) }
        }
        let question = Access.question(
            Access.workflow("newsletter"),
            context: [
                "card": ["number": "marker-1"], "list": ["kept", "marker-2"], "open": "kept",
            ]
        )
        #expect(try await api.evaluate(question).json["decision"] == false)
        let record = try #require(try await decisions(api).first)
        #expect(record["tenantId"] == "acme-corp")
        #expect(record["question"]?["context"]?["card"] == "[redacted]")
        #expect(record["question"]?["context"]?["list"] == ["kept", "[redacted]"])
        #expect(record["question"]?["context"]?["open"] == "kept")
        #expect(record["question"]?["subject"]?["properties"]?["blueprint"] == "[redacted]")
        #expect(!record.serializedText.contains("marker"))
    }

    @Test func `a question that is too large is recorded without its circumstances`() async throws {
        let api = try await TestAPI.access()
        let large = String(repeating: "x", count: 20_000)
        let question = Access.question(
            Access.workflow("newsletter"),
            context: ["text": .string(large)]
        )
        #expect(try await api.evaluate(question).json["decision"] == false)
        let recorded = try #require(try await decisions(api).first?["question"])
        #expect(recorded["truncated"] == true)
        #expect(recorded["subject"]?["id"] == "newsletter")
        #expect(recorded["context"] == nil)
    }

    @Test func `a tenant reads of the platform's rules their effect alone`() async throws {
        let api = try await TestAPI.access()
        try await api.must(.post, "/v1/policies", ["id": "secret-name", "effect": "forbid"])
        try await api.must(.post, Self.tenant + "/policies", ["id": "own", "effect": "forbid"])
        let admin = try await api.key("tenant-admin")
        let answer = try await api.evaluate(Self.question("checkout", explain: true), key: admin)
        #expect(answer.json["context"]?["policies"] == ["own"])
        let effects = answer.json["context"]?["determining"]?.array?.map { $0["ruleId"] }
        #expect(effects == [.null, "own"])
        let told = try #require(try await decisions(api, key: admin).first)
        #expect(told["decision"]?["policies"] == ["own"])
        #expect(!told.serializedText.contains("secret-name"))
        #expect(!answer.text.contains("secret-name"))
        let whole = try #require(try await decisions(api).first)
        #expect(whole["decision"]?["policies"] == ["own", "secret-name"])
        #expect(whole["decision"]?["platformPolicies"] == ["secret-name"])
        #expect(
            whole["decision"]?["determining"]?.array?.map { $0["ruleId"] } == [
                "secret-name", "own",
            ]
        )
        let explain: JSONValue = ["capability": "payments.charge", "workflow": "checkout"]
        let explained = try await api.send(.post, Self.line + "/explain", explain, key: admin)
        #expect(!explained.text.contains("secret-name"))
        let refused = try await api.send(
            .post,
            Self.line + "/capabilities/payments.charge/execute",
            ["workflow": "checkout"],
            key: admin
        )
        #expect(refused.status == 403)
        #expect(!refused.text.contains("secret-name"))
        #expect(refused.json["policies"] == ["own"])
    }

    @Test func `who reads no bodies reads no questions`() async throws {
        let api = try await TestAPI.access()
        _ = try await api.evaluate(Self.question("newsletter"))
        let viewer = try await api.key("tenant-viewer")
        let record = try #require(try await decisions(api, key: viewer).first)
        #expect(record["question"] == .null)
        #expect(record["decision"]?["reasons"] == ["WORKFLOW_NOT_IN_SCOPE"])
    }

    @Test func `another tenant's subject is recorded for the one who asked`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime")
        let question = Access.question(Access.workflow("checkout", tenant: "other-corp"))
        #expect(try await api.evaluate(question, key: key).json["decision"] == false)
        #expect(try await decisions(api).count == 1)
        #expect(try await decisions(api, "/v1/tenants/other-corp").isEmpty)
    }

    @Test func `a workflow that the credential may not act as is a denial too`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime", workflows: ["refund"])
        #expect(try await api.evaluate(Self.question("checkout"), key: key).status == 403)
        let batch: JSONValue = ["evaluations": [Self.question("checkout")]]
        let answer = try await api.send(.post, "/access/v1/evaluations", batch, key: key)
        #expect(answer.json["evaluations"]?.array?.first?["context"]?["error"]?["status"] == 403)
        let found = try await decisions(api, count: 2)
        #expect(Set(found.map { $0["action"]?.string }) == ["evaluate", "access.evaluate"])
        let item = found.first { $0["action"] == "access.evaluate" }
        #expect(item?["decision"]?["reasons"] == ["WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"])
    }

    @Test func `every refused item of a batch is recorded, however many there are`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime", workflows: ["refund"])
        let items = (0..<60).map { Self.question("other-\($0)") }
        let batch: JSONValue = ["evaluations": .array(items)]
        _ = try await api.send(.post, "/access/v1/evaluations", batch, key: key)
        #expect(try await decisions(api).count == 60)
    }

    @Test func `what a condition saw is told to who asks, and not kept`() async throws {
        let api = try await TestAPI.access { settings in
            settings.decisions.masks = ["/context/token"].compactMap { PointerMask($0) }
        }
        let rule: JSONValue = [
            "id": "only", "effect": "permit",
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["connection"]],
            "when": ["eq": [["attr": "context.token"], "right"]],
        ]
        try await api.must(.post, Self.tenant + "/policies", rule)
        let question = Access.question(
            Access.workflow("checkout"),
            context: ["token": "MASKED-VALUE", "explain": true]
        )
        let answer = try await api.evaluate(question)
        #expect(answer.text.contains("MASKED-VALUE"))
        let record = try #require(try await decisions(api).first)
        #expect(record["decision"]?["nearMisses"]?.array?.first?["failed"] == "/when")
        #expect(!record.serializedText.contains("MASKED-VALUE"))
        let execute = try await api.send(
            .post,
            Self.line + "/capabilities/payments.charge/execute",
            ["workflow": "checkout", "input": [:], "context": ["token": "MASKED-VALUE"]]
        )
        #expect(execute.status == 403)
        let denied = try #require(try await decisions(api).first)
        #expect(denied["question"]?["context"]?["token"] == "[redacted]")
        #expect(!denied.serializedText.contains("MASKED-VALUE"))
    }

    @Test(arguments: ["/subject/id", "/resource", "/action/name", "/subject/properties", ""])
    func `a mask of what the record itself has is none`(_ text: String) {
        #expect((PointerMask(text) != nil) == (text == "/subject/properties"))
    }

    @Test func `an evaluation is answered by what holds now, whatever key it bears`() async throws {
        let api = try await TestAPI.access()
        let key = [HTTPField("Idempotency-Key", "one-and-the-same")]
        func ask() async throws -> TestAnswer {
            try await api.send(
                .post,
                "/access/v1/evaluation",
                Self.question("checkout"),
                headers: key
            )
        }
        #expect(try await ask().json["decision"] == true)
        try await api.must(.post, Self.tenant + "/policies", ["id": "stop", "effect": "forbid"])
        let after = try await ask()
        #expect(after.json["decision"] == false)
        #expect(after["Idempotency-Replayed"] == nil)
    }
}
