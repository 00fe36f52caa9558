import Glibc
import JSON
import Synchronization
import Testing
import Waiting

/// `bindery upgrade`, and a server that is killed while configs go over.
@Suite struct UpgradeTests {
    @Test func `a plan is shown, and run, and then nothing is left`() async throws {
        let world = try await UpgradeWorld(tenantCount: 3)
        let upgrade = ["shop", "--from", "1", "--to", "2"]
        let plan = try await world.line.run(["upgrade", "plan"] + upgrade)
        #expect(plan.ending == .exit(2), "\(plan.errors)")
        #expect(plan.output.contains("TENANT"))
        #expect(plan.output.contains(": 3 ready."), "\(plan.output)")
        let asked = try await world.line.run(["upgrade", "run"] + upgrade)
        #expect(asked.ending == .exit(1))
        #expect(asked.errors.contains("nothing was changed"))
        let rehearsed = try await world.line.run(
            ["upgrade", "run"] + upgrade + ["--publish", "--dry-run"]
        )
        #expect(rehearsed.ending == .exit(0), "\(rehearsed.errors)")
        #expect(try await world.versions(world.tenants[0]) == ["1 published on 1"])
        let one = try await world.line.run(
            ["upgrade", "run"] + upgrade + ["--publish", "--yes", "--tenant", world.tenants[1]]
        )
        #expect(one.ending == .exit(0), "\(one.errors)")
        #expect(one.output.hasSuffix(": 1 migrated.\n"), "\(one.output)")
        let rest = try await world.line.run(
            ["upgrade", "run"] + upgrade + ["--publish", "--yes", "--json", "--reason", "spring"]
        )
        #expect(rest.ending == .exit(0), "\(rest.errors)")
        #expect(try rest.json["items"]?.array?.count == 2)
        for tenant in world.tenants {
            #expect(try await world.versions(tenant) == ["1 superseded on 1", "2 published on 2"])
        }
        let after = try await world.line.run(["upgrade", "plan"] + upgrade)
        #expect(after.ending == .exit(0), "\(after.output)")
        #expect(after.output.contains("no config is of the old version"))
    }

    @Test func `what is blocked is told with its reason, and ends with 2`() async throws {
        let world = try await UpgradeWorld(tenantCount: 1)
        let upgrade = ["shop", "--from", "1", "--to", "3"]
        let plan = try await world.line.run(["upgrade", "plan"] + upgrade)
        #expect(plan.ending == .exit(2))
        #expect(plan.output.contains("the slot texts.outbound is unmet: no connection fits"))
        let run = try await world.line.run(["upgrade", "run"] + upgrade + ["--publish", "--yes"])
        #expect(run.ending == .exit(2), "\(run.errors)")
        #expect(run.output.contains("VALIDATION_FAILED"))
        #expect(run.output.hasSuffix(": 1 blocked.\n"))
        #expect(try await world.versions(world.tenants[0]) == ["1 published on 1"])
    }

    @Test(arguments: [
        ["plan"], ["plan", "shop"], ["plan", "shop", "--from", "1"],
        ["plan", "shop", "--from", "1", "--to", "1"], ["plan", "shop", "--from", "x", "--to", "2"],
        ["plan", "a/b", "--from", "1", "--to", "2"], ["plan", "shop", "--from", "1", "--to", "9"],
        ["run", "shop", "--from", "1", "--to", "2", "--plan", "none"],
    ])
    func `a call that makes no sense ends with 1`(_ arguments: [String]) async throws {
        let world = try await UpgradeWorld(tenantCount: 1)
        let run = try await world.line.run(["upgrade"] + arguments)
        #expect(run.ending == .exit(1), "\(run.ending): \(run.errors)")
        #expect(!run.errors.isEmpty)
        #expect(try await world.versions(world.tenants[0]) == ["1 published on 1"])
    }

    @Test func `killed again and again, a run does all of it, and nothing twice`() async throws {
        let world = try await UpgradeWorld(tenantCount: 300)
        let plan = try await world.plan(to: 2)
        let path = "\(UpgradeWorld.blueprints)/1/upgrade"
        let body: JSONValue = ["to": 2, "plan": .string(plan), "publish": true]
        var killCount = 0
        for round in 1...6 {
            let before = try await done(world, plan)
            let server = world.server
            async let page = outcome(of: server, path + "?limit=500", body)
            // As far as it has come by then: each kill is somewhere in the middle.
            try await Wait.until("the run goes on") {
                try await done(world, plan) >= min(300, 30 * round)
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...5000)))
            #expect(try await server.end(SIGKILL) == .signal(SIGKILL))
            _ = await page
            try await server.start()
            killCount += 1
            let now = try await done(world, plan)
            #expect(now >= before)
        }
        #expect(killCount == 6)
        let last = try await world.server.must("POST", path + "?limit=500", body).json
        let outcomes = (last["items"]?.array ?? []).compactMap { $0["outcome"]?.string }
        #expect(outcomes.count == 300)
        #expect(Set(outcomes).isSubset(of: ["migrated", "done"]), "\(Set(outcomes))")
        #expect(try await done(world, plan) == 300)
        for tenant in world.tenants {
            let versions = try await world.versions(tenant)
            #expect(versions == ["1 superseded on 1", "2 published on 2"], "\(tenant)")
        }
        #expect(try await world.server.must("GET", "/v1/audit/verify").json["valid"] == true)
    }

    /// How many configs of the plan are over.
    private func done(_ world: UpgradeWorld, _ plan: String) async throws -> Int64 {
        let path = "\(UpgradeWorld.blueprints)/1/upgrade?to=2&limit=1&plan=\(plan)"
        return try await world.server.must("GET", path).json["progress"]?["done"]?.integer ?? -1
    }

    @Test func `a draft that was made is known again after a restart`() async throws {
        let world = try await UpgradeWorld(tenantCount: 1)
        let plan = try await world.plan(to: 3)
        let path = "\(UpgradeWorld.blueprints)/1/upgrade"
        let body: JSONValue = ["to": 3, "plan": .string(plan)]
        let first = try await world.server.must("POST", path, body).json
        #expect(first["items"]?.array?.first?["outcome"] == "drafted")
        #expect(try await world.server.restart() == .exit(0))
        let again = try await world.server.must("POST", path, body).json
        #expect(again["items"]?.array?.first?["outcome"] == "done")
        let versions = try await world.versions(world.tenants[0])
        #expect(versions == ["1 published on 1", "2 draft on 3"])
    }

    @Test func `connections are checked first, and one that fails blocks`() async throws {
        let isWell = Atomic(true)
        let provider = try ScriptedProvider { _ in
            isWell.load(ordering: .relaxed) ? .ok : .answer("500 Internal Server Error", body: "{}")
        }
        defer { provider.stop() }
        let world = try await ProviderWorld(
            url: provider.url,
            flags: ["--health-fresh-seconds", "1"],
            health: ["operation": "payments.test.balance", "timeoutMs": 2000]
        )
        let next = ProviderWorld.blueprint.setting(2, at: ["meta", "version"])
        let versions = "/v1/specs/blueprints/invoice-app/versions"
        try await world.server.must("PUT", versions + "/2", next)
        let path = versions + "/1/upgrade"
        let plan = try await world.server.must("GET", path + "?to=2").json["plan"] ?? .null
        let body: JSONValue = ["to": 2, "plan": plan, "publish": true]
        try await Task.sleep(for: .milliseconds(2100))
        isWell.store(false, ordering: .relaxed)
        let before = provider.requests.count
        let refused = try await world.server.must("POST", path, body).json["items"]?.array?.first
        #expect(refused?["outcome"] == "blocked", "\(refused ?? .null)")
        let codes = refused?["errors"]?.array?.map { $0["code"] }
        #expect(codes == ["HEALTH_CHECK_FAILED"])
        #expect(provider.requests.count == before + 1)
        isWell.store(true, ordering: .relaxed)
        let done = try await world.server.must("POST", path, body).json["items"]?.array?.first
        #expect(done?["outcome"] == "migrated", "\(done ?? .null)")
        #expect(try await world.execute().status == 200)
    }

    /// Sends a run whose answer may never come.
    private func outcome(of server: BinderyServer, _ path: String, _ body: JSONValue) async -> Int {
        do {
            return try await server.send("POST", path, body).status
        } catch {
            return 0
        }
    }
}
