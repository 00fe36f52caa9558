import HTTPWire
import JSON
import Testing

/// `GET …/upgrade`: what another version of a blueprint does to each config.
@Suite struct UpgradePlanTests {
    private func world(_ tenants: [String] = ["acme-corp"]) async throws -> UpgradeWorld {
        let world = try await UpgradeWorld()
        for tenant in tenants { try await world.putTenant(tenant) }
        return world
    }

    @Test func `what fits is ready, with its base and nobody served otherwise`() async throws {
        let answer = try await world().plan(to: .alike).json
        #expect(answer["from"] == 1)
        #expect(answer["to"] == 2)
        #expect(answer["nextCursor"] == .null)
        #expect(answer["progress"]?["open"] == 1)
        let item = answer["items"]?.array?.first
        #expect(item?["tenantId"] == "acme-corp")
        #expect(item?["environment"] == "sandbox")
        #expect(item?["verdict"] == "ready")
        #expect(item?["base"]?["version"] == 1)
        #expect(item?["slotsUnmet"] == [])
        #expect(item?["orphans"] == [])
        #expect(item?["errors"] == [])
        #expect(item?["counts"]?["kept"] == 3)
        // The new workflow is served by who serves all of them.
        #expect(item?["access"] == [])
    }

    @Test func `a slot that is gone orphans its bindings, and nothing else`() async throws {
        let world = try await world()
        let item = try await world.items(to: .withoutEmail)[0]
        #expect(item["verdict"] == "blocked")
        #expect(item["code"] == "ORPHANED_BINDING")
        #expect(
            item["orphans"] == [
                [
                    "pointer": "/integrations/1", "slotId": "email.outbound",
                    "connectionId": "mail", "reason": "SLOT_GONE", "capabilities": ["email.send"],
                ]
            ]
        )
        #expect(item["narrowed"] == [])
        #expect(item["counts"]?["kept"] == 2)
        #expect(
            item["access"] == [
                [
                    "workflow": "checkout", "capability": "email.send", "before": "mail",
                    "after": .null,
                ],
                [
                    "workflow": "*", "capability": "email.send", "before": "mail", "after": .null,
                ],
            ]
        )
        let dropped = try await world.items(to: .withoutEmail, "&dropOrphans=true")[0]
        #expect(dropped["verdict"] == "ready")
        #expect(dropped["errors"] == [])
        #expect(dropped["access"] == item["access"])
    }

    @Test func `a required slot that is new blocks, and tells what would fill it`() async throws {
        let world = try await world()
        let path = "/v1/tenants/acme-corp/connections"
        let fitting = UpgradeWorld.connection("sms", "texts.test", "sandbox")
        try await world.api.must(.post, path, fitting)
        let elsewhere = UpgradeWorld.connection("sms-staging", "texts.test", "staging")
        try await world.api.must(.post, path, elsewhere)
        let item = try await world.items(to: .withTexts)[0]
        #expect(item["verdict"] == "blocked")
        #expect(item["code"] == "VALIDATION_FAILED")
        #expect(
            item["slotsUnmet"] == [
                [
                    "slotId": "texts.outbound", "pointer": "/integrationSlots/2",
                    "requiredCategory": "texts", "requiredCapabilities": ["texts.send"],
                    "candidates": ["sms"],
                ]
            ]
        )
        #expect(item["errors"]?.array?.map { $0["code"] } == ["MISSING_REQUIRED_SLOT"])
        #expect(item["orphans"] == [])
    }

    @Test func `what a binding loses in part is told, and what it loses whole orphans it`()
        async throws
    {
        let item = try await world().items(to: .withoutRefunds)[0]
        #expect(item["verdict"] == "blocked")
        #expect(item["orphans"]?.array?.map { $0["pointer"] } == ["/integrations/2"])
        #expect(item["orphans"]?.array?.map { $0["reason"] } == ["OPERATION_GONE"])
        #expect(item["narrowed"]?.array?.map { $0["pointer"] } == ["/integrations/0"])
        #expect(item["narrowed"]?.array?.first?["capabilities"] == ["payments.refund"])
        #expect(item["counts"]?["kept"] == 2)
    }

    @Test func `a capability that is gone orphans whoever provides nothing else`() async throws {
        let item = try await world().items(to: .otherPayments, "&dropOrphans=true")[0]
        let reasons = item["orphans"]?.array?.map { $0["reason"] }
        #expect(reasons == ["CAPABILITY_GONE", "CAPABILITY_GONE"])
        #expect(item["verdict"] == "blocked")
        #expect(item["slotsUnmet"]?.array?.map { $0["slotId"] } == ["payments.primary"])
    }

    @Test func `the effects told are those that are seen when it is done`() async throws {
        let world = try await world()
        let told = try await world.items(to: .withoutEmail, "&dropOrphans=true")[0]
        let line = UpgradeWorld.line("acme-corp")
        var config = UpgradeWorld.config.object ?? [:]
        config["meta"] = ["blueprintName": "invoice-app", "blueprintVersion": 3]
        config["integrations"] = .array(
            (config["integrations"]?.array ?? []).enumerated().filter { $0.offset != 1 }
                .map(\.element)
        )
        try await world.api.must(.post, line + "/versions", .object(config))
        let done = try await world.api.must(.post, line + "/versions/2/publish").json
        #expect(done["access"] == told["access"])
        #expect(done["report"]?["errors"] == told["errors"])
        #expect(done["report"]?["warnings"] == told["warnings"])
    }

    @Test func `pages are of one plan, in order, each line once`() async throws {
        let names = (0..<7).map { "tenant-\($0)" }
        let world = try await world(names.shuffled())
        let first = try await world.plan(to: .alike, "&limit=3").json
        var seen = first["items"]?.array?.compactMap { $0["tenantId"]?.string } ?? []
        var cursor = first["nextCursor"]?.string
        // Whoever goes over in between stands where it stood.
        try await world.putTenant("tenant-9")
        while let next = cursor {
            let page = try await world.plan(to: .alike, "&limit=3&cursor=\(next)").json
            #expect(page["plan"] == first["plan"])
            seen += page["items"]?.array?.compactMap { $0["tenantId"]?.string } ?? []
            cursor = page["nextCursor"]?.string
        }
        #expect(seen == names + ["tenant-9"])
        let late = try await world.plan(to: .alike, "&plan=\(first["plan"]?.string ?? "")")
        #expect(late.json["items"]?.array?.last?["verdict"] == "conflict")
        #expect(late.json["progress"]?["conflict"] == 1)
    }

    @Test func `what was published since the plan is a conflict`() async throws {
        let world = try await world()
        let plan = try await world.plan(to: .alike).json["plan"]?.string ?? ""
        let line = UpgradeWorld.line("acme-corp")
        try await world.api.must(.post, line + "/versions", ["fromVersion": 1])
        try await world.api.must(.post, line + "/versions/2/publish")
        let item = try await world.items(to: .alike, "&plan=\(plan)")[0]
        #expect(item["verdict"] == "conflict")
        #expect(item["version"] == 2)
        #expect(try await world.items(to: .alike)[0]["verdict"] == "ready")
    }

    @Test func `drafts alone are nothing to do, and a preview that is live blocks`() async throws {
        let world = try await world()
        let line = UpgradeWorld.line("acme-corp", "staging")
        try await world.api.must(.post, line + "/versions", UpgradeWorld.config)
        let live = UpgradeWorld.line("acme-corp")
        try await world.api.must(.post, live + "/versions", ["fromVersion": 1])
        try await world.api.must(.post, live + "/versions/2/preview")
        let items = try await world.items(to: .alike)
        #expect(items.map { $0["verdict"] } == ["blocked", "nothing-to-do"])
        #expect(items.map { $0["code"] } == ["NEWER_PREVIEW", "NOT_PUBLISHED"])
    }

    @Test(arguments: [
        ("", 400, "INVALID_PARAMETER"), ("to=1", 400, "INVALID_PARAMETER"),
        ("to=x", 400, "INVALID_PARAMETER"), ("to=99", 404, "BLUEPRINT_NOT_FOUND"),
        ("to=2&plan=1", 400, "INVALID_PARAMETER"), ("to=2&plan=%00-", 400, "INVALID_PARAMETER"),
        ("to=2&plan=1-000000000000000000000000", 409, "PLAN_STALE"),
        ("to=2&limit=501", 400, "INVALID_PARAMETER"), ("to=2&limit=0", 400, "INVALID_PARAMETER"),
        ("to=2&cursor=AAAA", 400, "INVALID_PARAMETER"),
        ("to=2&environment=%20", 400, "INVALID_PARAMETER"),
        ("to=2&tenant=%20", 404, "NOT_FOUND"), ("to=2&dropOrphans=yes", 400, "INVALID_PARAMETER"),
    ])
    func `a question that is none is told so`(
        _ query: String,
        _ status: Int,
        _ code: String
    )
        async throws
    {
        let world = try await world()
        let answer = try await world.api.send(.get, "\(UpgradeWorld.upgrade)?\(query)")
        #expect(answer.status == status, "\(answer)")
        #expect(answer.code == code)
        let limit = try await world.plan(to: .alike, "&limit=500")
        #expect(limit.status == 200)
    }

    @Test func `a plan is of one version's text, but for its deprecation`() async throws {
        let world = try await world()
        let plan = try await world.plan(to: .alike).json["plan"]?.string ?? ""
        var blueprint = UpgradeWorld.blueprint(.alike).object ?? [:]
        blueprint["description"] = "Another one."
        try await world.api.must(.put, UpgradeWorld.versions + "/2", .object(blueprint))
        let answer = try await world.plan(to: .alike, "&plan=\(plan)")
        #expect(answer.status == 409)
        #expect(answer.code == "PLAN_STALE")
    }

    @Test func `a tenant plans its own, in its environments, and knows of no other`() async throws {
        let world = try await world(["acme-corp", "globex"])
        try await world.putTenant("acme-corp", environment: "staging")
        let key = try await world.api.key("tenant-admin", environments: ["sandbox"])
        let own = try await world.plan(to: .alike, key: key).json
        #expect(own["items"]?.array?.map { $0["tenantId"] } == ["acme-corp"])
        #expect(own["items"]?.array?.map { $0["environment"] } == ["sandbox"])
        #expect(own["progress"]?["open"] == 1)
        let other = try await world.plan(to: .alike, "&tenant=globex", key: key)
        #expect(other.status == 404)
        let elsewhere = try await world.plan(to: .alike, "&environment=staging", key: key)
        #expect(elsewhere.status == 403)
        #expect(elsewhere.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let runtime = try await world.plan(to: .alike, key: world.api.key("runtime"))
        #expect(runtime.status == 403)
        let all = try await world.plan(to: .alike).json["items"]?.array ?? []
        #expect(all.count == 3)
        let one = try await world.items(to: .alike, "&tenant=globex&environment=sandbox")
        #expect(one.map { $0["tenantId"] } == ["globex"])
    }
}
