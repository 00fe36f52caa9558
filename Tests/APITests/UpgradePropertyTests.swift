import HTTPWire
import JSON
import Testing

/// Over random blueprints and configs: what a plan tells is what is seen when it is run.
@Suite struct UpgradePropertyTests {
    private static let capabilities = ["a.one", "a.two", "a.three"]
    private static let workflows = ["checkout", "refund", "report"]
    /// What the integration of each connection provides.
    private static let provided = [
        ("x", ["a.one", "a.two"]), ("y", ["a.two", "a.three"]), ("z", capabilities),
    ]
    private static let line = "/v1/tenants/acme-corp/configs/shop/sandbox"
    private static let versions = "/v1/specs/blueprints/shop/versions"

    /// Some of them, perhaps none.
    private func some(_ of: [String], _ chance: inout SeededRandom) -> [String] {
        of.filter { _ in Bool.random(using: &chance) }
    }

    /// Integrations that provide each some of the capabilities, with a connection each.
    private func putConnections(_ api: TestAPI) async throws {
        for (name, provided) in Self.provided {
            let key = "a.\(name)"
            var spec = SampleObjects.spec.object ?? [:]
            var operations: JSONObject = [:]
            var provides: [JSONValue] = []
            for capability in provided {
                let operation = "\(key).\(capability.dropFirst(2))"
                operations[operation] = ["method": "POST", "path": "/", "encoding": "json"]
                provides.append([
                    "key": .string(capability), "version": 1, "operation": .string(operation),
                ])
            }
            spec["meta"] = ["key": .string(key), "version": 1, "category": "a"]
            spec["operations"] = .object(operations)
            spec["capabilities"] = ["provides": .array(provides)]
            let target = "/v1/specs/integrations/\(key)/versions/1"
            try await api.must(.put, target, .object(spec))
            let connection = UpgradeWorld.connection(name, key, "sandbox")
            try await api.must(.post, "/v1/tenants/acme-corp/connections", connection)
        }
    }

    private func blueprint(_ version: Int64, _ chance: inout SeededRandom) -> JSONValue {
        let slots = ["one", "two", "three"]
            .filter { _ in Int.random(in: 0..<4, using: &chance) > 0 }
        let workflows = Self.workflows.map { ($0, ["name": .string($0)] as JSONValue) }
        return [
            "meta": ["name": "shop", "version": .integer(version)],
            "workflows": .object(JSONObject(workflows)),
            "integrationSlots": .array(
                slots.map { slot in
                    [
                        "slotId": .string(slot), "requiredCategory": "a",
                        "required": .bool(Int.random(in: 0..<5, using: &chance) == 0),
                        "requiredCapabilities": .array(
                            some(Self.capabilities, &chance).map { ["key": .string($0)] }
                        ),
                    ]
                }
            ),
        ]
    }

    private func config(_ blueprint: JSONValue, _ chance: inout SeededRandom) -> JSONValue {
        var bindings: [JSONValue] = []
        for slot in blueprint["integrationSlots"]?.array ?? [] {
            let required = (slot["requiredCapabilities"]?.array ?? [])
                .compactMap {
                    $0["key"]?.string
                }
            // What provides less is an error, and no world.
            let fitting = Self.provided.filter { Set(required).isSubset(of: $0.1) }.map(\.0)
            for name in some(fitting, &chance) {
                var scope: JSONObject = [:]
                if Bool.random(using: &chance) {
                    scope["workflows"] = .array(some(Self.workflows, &chance).map { .string($0) })
                }
                if Bool.random(using: &chance) {
                    let patterns = ["*.one", "*.t*", "a.x.*"]
                    scope["operations"] = .array(some(patterns, &chance).map { .string($0) })
                }
                bindings.append([
                    "slotId": slot["slotId"] ?? .null, "connectionId": .string(name),
                    "scope": .object(scope),
                    "priority": .integer(Int64(bindings.count)),
                ])
            }
        }
        return [
            "meta": ["blueprintName": "shop", "blueprintVersion": 1],
            "integrations": .array(bindings),
        ]
    }

    /// Who serves each capability in each workflow, and in one that nothing names, as `resolved` tells
    /// it.
    private func winners(_ api: TestAPI) async throws -> [String: String] {
        var winners: [String: String] = [:]
        for (workflow, told) in Self.workflows.map({ ($0, $0) }) + [("nobody", "*")] {
            let target = Self.line + "/resolved?workflow=\(workflow)"
            let resolved = try await api.must(.get, target).json
            for served in resolved["integrations"]?.object ?? [:] {
                let id = served.value["connection"]?["meta"]?["id"]?.string
                winners["\(told) \(served.key)"] = id
            }
        }
        return winners
    }

    private static func told(_ item: JSONValue) -> [String: [String]] {
        var told: [String: [String]] = [:]
        for change in item["access"]?.array ?? [] {
            let name = "\(change["workflow"]?.string ?? "") \(change["capability"]?.string ?? "")"
            let ends = ["before", "after"].map { change[$0]?.string ?? "-" }
            // Else permission alone changes.
            if ends[0] != ends[1] { told[name] = ends }
        }
        return told
    }

    @Test func `the verdict and the effects are those of the run`() async throws {
        var verdicts: [String] = []
        for seed in 1...120 { verdicts.append(try await verdict(UInt64(seed))) }
        // Else it has looked at too little.
        for verdict in ["ready", "blocked"] {
            #expect(verdicts.filter { $0 == verdict }.count >= 20, "\(verdict)")
        }
    }

    /// Plans and runs an upgrade of a random world; the plan's verdict.
    private func verdict(_ seed: UInt64) async throws -> String {
        var chance = SeededRandom(seed: seed)
        let api = try await TestAPI()
        try await putConnections(api)
        let old = blueprint(1, &chance)
        try await api.must(.put, Self.versions + "/1", old)
        try await api.must(.put, Self.versions + "/2", blueprint(2, &chance))
        try await api.must(.post, Self.line + "/versions", config(old, &chance))
        let published = try await api.send(.post, Self.line + "/versions/1/publish", [:])
        guard published.status == 200 else { return "none" }
        let before = try await winners(api)
        let path = Self.versions + "/1/upgrade"
        let plan = try await api.must(.get, path + "?to=2&dropOrphans=true").json
        let item = try #require(plan["items"]?.array?.first)
        let wish: JSONValue = [
            "to": 2, "plan": plan["plan"] ?? .null, "publish": true, "dropOrphans": true,
        ]
        let run = try await api.must(.post, path, wish)
        let isReady = item["verdict"] == "ready"
        #expect(run.outcomes == [isReady ? "migrated" : "blocked"], "seed \(seed)")
        let done = run.json["items"]?.array?.first
        #expect(done?["code"] == item["code"])
        guard isReady else { return "blocked" }
        try await compare(item, before, api, seed)
        return "ready"
    }

    /// Compares what was told with what is there now.
    private func compare(
        _ item: JSONValue,
        _ before: [String: String],
        _ api: TestAPI,
        _ seed: UInt64
    ) async throws {
        let after = try await winners(api)
        var seen: [String: [String]] = [:]
        for name in Set(before.keys).union(after.keys) where before[name] != after[name] {
            seen[name] = [before[name] ?? "-", after[name] ?? "-"]
        }
        #expect(Self.told(item) == seen, "seed \(seed)")
        let made = try await api.must(.get, Self.line + "/versions/2").json
        let bindings = made["integrations"]?.array ?? []
        #expect(item["counts"]?["kept"] == .integer(Int64(bindings.count)))
        let orphans = (item["orphans"]?.array ?? []).compactMap { $0["pointer"]?.string }
        let kept = try await api.must(.get, Self.line + "/versions/1").json["integrations"]?.array?
            .enumerated().filter { !orphans.contains("/integrations/\($0.offset)") }
            .map(\.element)
        #expect(bindings == kept, "seed \(seed)")
    }
}
