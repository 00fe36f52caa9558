import HTTPWire
import JSON
import Ledger
import Testing

/// `POST …/upgrade`: configs go over to another version of their blueprint.
@Suite struct UpgradeRunTests {
    private func world(_ tenants: [String] = ["acme-corp"]) async throws -> UpgradeWorld {
        let world = try await UpgradeWorld()
        for tenant in tenants { try await world.putTenant(tenant) }
        return world
    }

    @Test func `all of a plan goes live, once, with where it came from`() async throws {
        let world = try await world(["acme-corp", "globex", "initech"])
        let plan = try await world.planned(to: .alike)
        let answer = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.outcomes == ["migrated", "migrated", "migrated"])
        #expect(answer.json["summary"]?["migrated"] == 3)
        #expect(answer.json["items"]?.array?.first?["base"] == 1)
        #expect(answer.json["items"]?.array?.first?["version"] == 2)
        #expect(try await world.live("globex") == [2, 2])
        let line = UpgradeWorld.line("acme-corp")
        let made = try await world.api.must(.get, line + "/versions/2").json
        #expect(made["meta"]?["migratedFrom"] == ["version": 1, "blueprintVersion": 1])
        #expect(made["meta"]?["status"] == "published")
        let old = try await world.api.must(.get, line + "/versions/1").json
        #expect(old["meta"]?["status"] == "superseded")
        // What was read can be sent back, lineage and all.
        try await world.api.must(.post, line + "/versions", made)
        let history = try await world.api.must(.get, line + "/history").json["items"]?.array ?? []
        #expect(
            history.contains {
                $0["to"] == "published"
                    && $0["reason"] == "blueprint invoice-app from version 1 to 2"
            }
        )
        let again = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(again.outcomes == ["done", "done", "done"])
        #expect(try await world.live("globex") == [2, 2])
        let progress = try await world.plan(to: .alike, "&plan=\(plan)").json["progress"]
        #expect(progress?["done"] == 3)
        #expect(progress?["open"] == 0)
    }

    @Test func `each line is a change of its own, with its record and its event`() async throws {
        let world = try await world(["acme-corp", "globex"])
        let before = world.api.ledger.state.revision
        let last = try await world.api.audited(after: 0).last
        let answer = try await world.run(to: .alike, ["publish": true, "reason": "spring"])
        #expect(answer.outcomes == ["migrated", "migrated"])
        #expect(world.api.ledger.state.revision == before + 2)
        #expect(
            try await world.api.audited(after: last).records == ["change config.migrate"],
            "of acme-corp and the platform"
        )
        let stream = try await world.api.open("/v1/events?tenant=globex&from=\(before)")
        try await stream.wait { $0.text.contains("\"version\":2") }
        #expect(stream.text.contains("event: config."))
    }

    @Test func `without publish it is a draft, made once, that its owner completes`() async throws {
        let world = try await world()
        let plan = try await world.planned(to: .withTexts)
        let first = try await world.run(to: .withTexts, plan: plan)
        #expect(first.outcomes == ["drafted"])
        #expect(try await world.live("acme-corp") == [1, 1])
        let again = try await world.run(to: .withTexts, plan: plan)
        #expect(again.outcomes == ["done"])
        #expect(again.json["items"]?.array?.first?["version"] == 2)
        let item = try await world.items(to: .withTexts, "&plan=\(plan)")[0]
        #expect(item["draft"] == 2)
        let published = try await world.run(to: .withTexts, plan: plan, ["publish": true])
        #expect(published.outcomes == ["blocked"])
        #expect(published.json["items"]?.array?.first?["code"] == "DRAFT_IN_PROGRESS")
        let path = "/v1/tenants/acme-corp/connections"
        try await world.api.must(
            .post,
            path,
            UpgradeWorld.connection("sms", "texts.test", "sandbox")
        )
        let line = UpgradeWorld.line("acme-corp")
        var draft = try await world.api.must(.get, line + "/versions/2").json.object ?? [:]
        draft["integrations"] = .array(
            (draft["integrations"]?.array ?? [])
                + [["slotId": "texts.outbound", "connectionId": "sms"]]
        )
        try await world.api.must(.put, line + "/versions/2", .object(draft))
        try await world.api.must(.post, line + "/versions/2/publish")
        let done = try await world.run(to: .withTexts, plan: plan, ["publish": true])
        #expect(done.outcomes == ["done"])
        #expect(try await world.live("acme-corp") == [2, 4])
    }

    @Test func `an unmet slot blocks one tenant and stops no other`() async throws {
        let world = try await world(["acme-corp", "globex"])
        let path = "/v1/tenants/globex/connections"
        try await world.api.must(
            .post,
            path,
            UpgradeWorld.connection("sms", "texts.test", "sandbox")
        )
        let line = UpgradeWorld.line("globex")
        try await world.api.must(.post, line + "/versions", ["fromVersion": 1])
        let bindings: JSONValue = ["slotId": "texts.outbound", "connectionId": "sms"]
        var config = UpgradeWorld.config.object ?? [:]
        config["meta"] = ["blueprintName": "invoice-app", "blueprintVersion": 4]
        config["integrations"] = .array((config["integrations"]?.array ?? []) + [bindings])
        try await world.api.must(.put, line + "/versions/2", .object(config))
        // Somebody went over by hand: that is what the plan wanted.
        let plan = try await world.planned(to: .withTexts)
        try await world.api.must(.post, line + "/versions/2/publish")
        let answer = try await world.run(to: .withTexts, plan: plan, ["publish": true])
        #expect(answer.outcomes == ["blocked", "done"])
        let blocked = answer.json["items"]?.array?.first
        #expect(blocked?["code"] == "VALIDATION_FAILED")
        #expect(blocked?["errors"]?.array?.map { $0["code"] } == ["MISSING_REQUIRED_SLOT"])
        #expect(blocked?["errors"]?.array?.first?["pointer"] == "/integrations")
        #expect(try await world.live("acme-corp") == [1, 1])
    }

    /// The verdicts of an outcome's gates, by their names.
    private func verdicts(_ item: JSONValue?) -> [String: String] {
        var found: [String: String] = [:]
        for gate in item?["gates"]?.array ?? [] {
            if let name = gate["gate"]?.string { found[name] = gate["verdict"]?.string }
        }
        return found
    }

    @Test(arguments: [false, true])
    func `a run that publishes tells every gate of every config, one for drafts tells none`(
        _ isDryRun: Bool
    ) async throws {
        let world = try await world(["acme-corp", "globex"])
        let path = "/v1/tenants/globex/connections"
        let sms = UpgradeWorld.connection("sms", "texts.test", "sandbox")
        try await world.api.must(.post, path, sms)
        let query = isDryRun ? "?dryRun=true" : ""
        func run(_ version: UpgradeWorld.Version, _ publish: Bool) async throws -> [JSONValue] {
            let plan = try await world.planned(to: version)
            let body: JSONValue = [
                "to": .integer(Int64(version.rawValue)), "plan": .string(plan),
                "publish": .bool(publish),
            ]
            let answer = try await world.api.send(.post, UpgradeWorld.upgrade + query, body)
            #expect(answer.status == 200, "\(answer)")
            return answer.json["items"]?.array ?? []
        }
        // The slot that must be filled is filled by nobody.
        for item in try await run(.withTexts, true) {
            #expect(item["outcome"] == "blocked")
            let told = verdicts(item)
            #expect(Set(told.keys) == Set(StepGatesTests.gates), "\(item)")
            #expect(told.filter { $0.value == "failed" }.keys.sorted() == ["VALIDATION"])
            #expect(told["SECRETS"] == "pending", "nobody looked: \(item)")
        }
        for item in try await run(.alike, true) {
            #expect(item["outcome"] == "migrated", "\(item)")
            let told = verdicts(item)
            #expect(Set(told.keys) == Set(StepGatesTests.gates))
            #expect(!told.values.contains("failed") && told["SECRETS"] == "passed", "\(item)")
        }
        guard isDryRun else { return }
        for item in try await run(.alike, false) {
            #expect(item["outcome"] == "drafted" && item["gates"] == nil, "\(item)")
        }
    }

    @Test func `orphans block, and are left out on the caller's word alone`() async throws {
        let world = try await world()
        for wish: JSONObject in [["publish": true], [:], ["dropOrphans": false]] {
            let answer = try await world.run(to: .withoutEmail, wish)
            #expect(answer.outcomes == ["blocked"])
            let item = answer.json["items"]?.array?.first
            #expect(item?["code"] == "ORPHANED_BINDING")
            #expect(item?["errors"]?.array?.first?["pointer"] == "/integrations/1")
        }
        let answer = try await world.run(
            to: .withoutEmail,
            ["publish": true, "dropOrphans": true]
        )
        #expect(answer.outcomes == ["migrated"])
        let made = try await world.api.must(
            .get,
            UpgradeWorld.line("acme-corp") + "/versions/2"
        )
        #expect(
            made.json["integrations"]?.array?.map { $0["slotId"] } == [
                "payments.primary", "payments.primary",
            ]
        )
    }

    @Test func `a base that moved since the plan is a conflict, and is left alone`() async throws {
        let world = try await world(["acme-corp", "globex"])
        let plan = try await world.planned(to: .alike)
        let line = UpgradeWorld.line("acme-corp")
        try await world.api.must(.post, line + "/versions", ["fromVersion": 1])
        try await world.api.must(.post, line + "/versions/2/publish")
        let answer = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(answer.outcomes == ["conflict", "migrated"])
        #expect(answer.json["items"]?.array?.first?["version"] == 2)
        #expect(try await world.live("acme-corp") == [2, 1])
        let archived = UpgradeWorld.line("initech")
        try await world.putTenant("initech")
        let next = try await world.planned(to: .alike)
        try await world.api.must(.post, archived + "/versions/1/archive")
        let last = try await world.run(to: .alike, plan: next, ["publish": true])
        #expect(last.outcomes == ["migrated", "conflict"])
    }

    @Test func `a dry run tells what would be, and keeps nothing`() async throws {
        let world = try await world()
        let revision = world.api.ledger.state.revision
        let answer = try await world.api.send(
            .post,
            UpgradeWorld.upgrade + "?dryRun=true",
            ["to": 2, "publish": true]
        )
        #expect(answer.outcomes == ["migrated"])
        #expect(answer.json["dryRun"] == true)
        #expect(world.api.ledger.state.revision == revision)
        #expect(try await world.live("acme-corp") == [1, 1])
    }

    @Test func `in production the gates are those of a publish`() async throws {
        let world = try await world([])
        try await world.putTenant("acme-corp", environment: "production")
        try await world.api.must(
            .post,
            "/v1/tenants/acme-corp/connections/pay-production/pause"
        )
        let paused = try await world.run(to: .alike, ["publish": true])
        #expect(paused.outcomes == ["blocked"])
        try await world.api.must(
            .post,
            "/v1/tenants/acme-corp/connections/pay-production/resume"
        )
        let answer = try await world.run(to: .alike, ["publish": true])
        #expect(answer.outcomes == ["migrated"])
        let path = UpgradeWorld.line("acme-corp", "production") + "/history"
        let steps = try await world.api.must(.get, path).json["items"]?.array ?? []
        let to = steps.filter { $0["version"] == 2 }.compactMap { $0["to"]?.string }
        #expect(Set(to) == ["draft", "preview", "published"])
    }

    @Test func `one server's work is done to the other, and both at once do it once`() async throws
    {
        let world = try await world((0..<20).map { "tenant-\($0)" })
        let other = try await UpgradeWorld(sharing: world)
        let plan = try await world.planned(to: .alike)
        async let left = world.run(to: .alike, plan: plan, ["publish": true])
        async let right = other.run(to: .alike, plan: plan, ["publish": true])
        let outcomes = try await [left.outcomes, right.outcomes]
        for (one, another) in zip(outcomes[0], outcomes[1]) {
            #expect([one, another].sorted() == ["done", "migrated"])
        }
        #expect(outcomes[0].count == 20)
        #expect(try await world.live("tenant-0") == [2, 2])
    }

    @Test func `a key makes the run once, and gives its answer again`() async throws {
        let world = try await world(["acme-corp", "globex"])
        let plan = try await world.planned(to: .alike)
        let key = [HTTPField("Idempotency-Key", "k1")]
        let first = try await world.run(to: .alike, plan: plan, ["publish": true], headers: key)
        let again = try await world.run(to: .alike, plan: plan, ["publish": true], headers: key)
        #expect(first.outcomes == ["migrated", "migrated"])
        #expect(again["Idempotency-Replayed"] == "true")
        #expect(again.json == first.json)
    }

    @Test func `the way back is an upgrade as well`() async throws {
        let world = try await world()
        _ = try await world.run(to: .alike, ["publish": true])
        let path = UpgradeWorld.versions + "/2/upgrade"
        let plan = try await world.api.must(.get, path + "?to=1").json["plan"] ?? .null
        let body: JSONValue = ["to": 1, "plan": plan, "publish": true]
        #expect(try await world.api.must(.post, path, body).outcomes == ["migrated"])
        #expect(try await world.live("acme-corp") == [3, 1])
    }
}
