import HTTPWire
import JSON
import Testing

/// Who may run an upgrade, of what, and how much at once.
@Suite struct UpgradeBoundsTests {
    private func world(_ tenants: [String]) async throws -> UpgradeWorld {
        let world = try await UpgradeWorld()
        for tenant in tenants { try await world.putTenant(tenant) }
        return world
    }

    @Test func `a tenant's admin takes its own over, and nobody else's`() async throws {
        let world = try await world(["acme-corp", "globex"])
        try await world.putTenant("acme-corp", environment: "staging")
        let plan = try await world.planned(to: .alike)
        let key = try await world.api.key("tenant-admin", environments: ["sandbox"])
        func run(_ wish: JSONObject = [:], _ query: String = "") async throws -> TestAnswer {
            var wish = wish
            wish["publish"] = true
            return try await world.run(to: .alike, plan: plan, wish, query: query, key: key)
        }
        #expect(try await run([:], "?tenant=globex").status == 404)
        #expect(try await run(["tenants": ["globex"]]).outcomes == [])
        let elsewhere = try await run(["environments": ["staging"]])
        #expect(elsewhere.status == 403)
        #expect(elsewhere.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        #expect(try await run().outcomes == ["migrated"])
        #expect(try await world.live("globex") == [1, 1])
        #expect(try await world.live("acme-corp", "staging") == [1, 1])
        for role in ["tenant-viewer", "runtime", "auditor"] {
            let reader = try await world.api.key(role)
            let answer = try await world.run(to: .alike, plan: plan, key: reader)
            #expect(answer.status == 403, "\(role)")
        }
    }

    @Test func `some of the tenants, or of the environments, are picked out`() async throws {
        let world = try await world(["acme-corp", "globex", "initech"])
        try await world.putTenant("globex", environment: "staging")
        let plan = try await world.planned(to: .alike)
        let picked = try await world.run(
            to: .alike,
            plan: plan,
            ["publish": true, "tenants": ["globex", "nobody"], "environments": ["staging"]]
        )
        #expect(picked.json["items"]?.array?.map { $0["tenantId"] } == ["globex"])
        #expect(picked.json["items"]?.array?.map { $0["environment"] } == ["staging"])
        let rest = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(rest.outcomes == ["migrated", "migrated", "done", "migrated"])
        let none = try await world.run(to: .alike, plan: plan, ["tenants": []])
        #expect(none.outcomes == [])
    }

    /// A body that is refused, and with what.
    struct Refused: Sendable {
        let body: JSONValue
        let status: Int
        let code: String
        let pointer: String

        init(
            _ body: JSONObject,
            _ code: String,
            at pointer: String = "",
            status: Int = 422,
            plan: String? = "1-000000000000000000000000"
        ) {
            var body = body
            if let plan { body["plan"] = .string(plan) }
            self.body = .object(body)
            (self.status, self.code, self.pointer) = (status, code, pointer)
        }
    }

    static let refused: [Refused] = [
        Refused(["to": 2], "MISSING_FIELD", at: "/plan", plan: nil),
        Refused([:], "MISSING_FIELD", at: "/to"),
        Refused(["to": 1], "INVALID_VALUE", at: "/to"),
        Refused(["to": 2], "INVALID_VALUE", at: "/plan", plan: "none"),
        Refused(["to": 2, "plan": 7], "WRONG_TYPE", at: "/plan", plan: nil),
        Refused(["to": 2, "x": 1], "UNKNOWN_FIELD", at: "/x"),
        Refused(["to": 2, "tenants": ["*"]], "INVALID_IDENTIFIER", at: "/tenants/0"),
        Refused(["to": 2, "environments": [1]], "INVALID_IDENTIFIER", at: "/environments/0"),
        Refused(["to": 2, "publish": "yes"], "WRONG_TYPE", at: "/publish"),
        Refused(["to": 2], "PLAN_STALE", status: 409),
        Refused(["to": 2], "PLAN_STALE", status: 409, plan: "99999-000000000000000000000000"),
        Refused(["to": 99], "BLUEPRINT_NOT_FOUND", status: 404),
    ]

    @Test(arguments: refused)
    func `a wish that is none is refused, with its place`(_ refused: Refused) async throws {
        let world = try await world(["acme-corp"])
        let answer = try await world.api.send(.post, UpgradeWorld.upgrade, refused.body)
        #expect(answer.status == refused.status, "\(answer)")
        #expect(answer.code == refused.code)
        if !refused.pointer.isEmpty {
            let places = answer.json["errors"]?.array?.map { $0["pointer"] } ?? []
            #expect(places.contains(.string(refused.pointer)), "\(answer)")
        }
        #expect(try await world.live("acme-corp") == [1, 1])
    }

    @Test(arguments: [100, 101])
    func `a list of an item ends at a hundred, and its count tells them all`(
        _ count: Int
    ) async throws {
        let world = try await world(["acme-corp"])
        let line = UpgradeWorld.line("acme-corp")
        var config = UpgradeWorld.config.object ?? [:]
        var bindings = config["integrations"]?.array ?? []
        for number in 1..<count {
            bindings.append([
                "slotId": "email.outbound", "connectionId": "mail",
                "scope": ["workflows": [.string("w\(number)")]],
            ])
        }
        config["integrations"] = .array(bindings)
        try await world.api.must(.post, line + "/versions", .object(config))
        try await world.api.must(.post, line + "/versions/2/publish")
        let item = try await world.items(to: .withoutEmail)[0]
        #expect(item["orphans"]?.array?.count == 100)
        #expect(item["counts"]?["orphans"] == .integer(Int64(count)))
        #expect(item["counts"]?["kept"] == 2)
        let run = try await world.run(to: .withoutEmail, ["publish": true])
        #expect(run.json["items"]?.array?.first?["errors"]?.array?.count == 100)
        let done = try await world.run(
            to: .withoutEmail,
            ["publish": true, "dropOrphans": true]
        )
        #expect(done.outcomes == ["migrated"])
        let made = try await world.api.must(.get, line + "/versions/3").json
        #expect(made["integrations"]?.array?.count == 2)
    }

    @Test func `a trail that can't be written stops the run, and changes nothing`() async throws {
        let world = try await world(["acme-corp", "globex"])
        let plan = try await world.planned(to: .alike)
        await world.api.closeAudit()
        let answer = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(answer.status == 503, "\(answer)")
        #expect(answer.code == "AUDIT_UNAVAILABLE")
        #expect(try await world.live("acme-corp") == [1, 1])
    }

    @Test func `what is no tenant's reason is kept out of the histories`() async throws {
        let world = try await world(["acme-corp"])
        let long = JSONValue.string(String(repeating: "x", count: 1_025))
        let refused = try await world.run(to: .alike, ["reason": long])
        #expect(refused.status == 422)
        let most = JSONValue.string(String(repeating: "x", count: 1_024))
        let taken = try await world.run(to: .alike, ["reason": most])
        #expect(taken.outcomes == ["drafted"])
    }

    @Test func `a thousand tenants are named at once, and one more is too many`() async throws {
        let world = try await world(["acme-corp"])
        let names = (0..<1_000).map { JSONValue.string("tenant-\($0)") }
        let good = try await world.run(to: .alike, ["tenants": .array(names)])
        #expect(good.status == 200)
        let more = try await world.run(to: .alike, ["tenants": .array(names + ["one-more"])])
        #expect(more.status == 422)
        #expect(more.code == "LIMIT_EXCEEDED")
        let environments = (0...100).map { JSONValue.string("e\($0)") }
        let many = try await world.run(to: .alike, ["environments": .array(environments)])
        #expect(many.code == "LIMIT_EXCEEDED")
    }

    @Test func `a thousand tenants go over page by page, each once`() async throws {
        let count = 1_000
        let world = try await world([])
        var lines: [UInt8] = []
        for number in 0..<count {
            for object in Self.objects("tenant-\(number)") {
                lines += object.serialized() + [0x0A]
            }
        }
        let type = HTTPField("Content-Type", "application/x-ndjson")
        let applied = try await world.api.send(.post, "/v1/apply", bytes: lines, headers: [type])
        #expect(applied.status == 200, "\(applied)")
        let plan = try await world.planned(to: .alike)
        #expect(
            try await world.plan(to: .alike, "&limit=1").json["progress"]?["open"]
                == .integer(Int64(count))
        )
        var query = "?limit=400"
        var outcomes: [String] = []
        repeat {
            let page = try await world.run(
                to: .alike,
                plan: plan,
                ["publish": true],
                query: query
            )
            #expect(page.status == 200, "\(page)")
            outcomes += page.outcomes
            guard let cursor = page.json["nextCursor"]?.string else { break }
            query = "?limit=400&cursor=\(cursor)"
        } while outcomes.count < 2 * count
        #expect(outcomes.count == count)
        #expect(outcomes.allSatisfy { $0 == "migrated" })
        let after = try await world.plan(to: .alike, "&plan=\(plan)&limit=1").json["progress"]
        #expect(after?["done"] == .integer(Int64(count)))
        #expect(try await world.items(to: .alike).isEmpty)
        let stale = try await world.run(to: .alike, query: query + "0")
        #expect(stale.status == 400)
    }

    /// A tenant's objects, as a set has them.
    private static func objects(_ tenant: String) -> [JSONValue] {
        var config = UpgradeWorld.config.object ?? [:]
        var meta = config["meta"]?.object ?? [:]
        meta["environment"] = "sandbox"
        meta["status"] = "published"
        config["meta"] = .object(meta)
        let members = [
            ("IntegrationConnection", UpgradeWorld.connection("pay", "payments.test", "sandbox")),
            ("IntegrationConnection", UpgradeWorld.connection("mail", "email.test", "sandbox")),
            ("TenantAppConfig", .object(config)),
        ]
        return members.map { kind, object in
            ["kind": .string(kind), "tenantId": .string(tenant), "object": object]
        }
    }
}
