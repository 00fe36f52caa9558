import HTTPWire
import JSON
import Testing

/// A version of a spec or blueprint that is used changes in nothing but its deprecation, and whom that
/// is about can be asked.
@Suite struct DeprecationTests {
    private static let integration = "/v1/specs/integrations/payments.test/versions/1"
    private static let blueprint = UpgradeWorld.versions + "/1"

    private func world(_ tenants: [String] = ["acme-corp"]) async throws -> UpgradeWorld {
        let world = try await UpgradeWorld()
        for tenant in tenants { try await world.putTenant(tenant) }
        return world
    }

    private func put(
        _ world: UpgradeWorld,
        _ target: String,
        _ changes: JSONObject
    ) async throws -> TestAnswer {
        var object = try await world.api.must(.get, target).json.object ?? [:]
        for change in changes { object[change.key] = change.value }
        return try await world.api.send(.put, target, .object(object))
    }

    @Test(arguments: [Self.integration, Self.blueprint])
    func `what is used is deprecated, again, and taken back, and changes in nothing else`(
        _ target: String
    ) async throws {
        let world = try await world()
        let notice: JSONValue = ["since": "2026-01-01T00:00:00Z", "use": "x@2", "reason": "old"]
        let first = try await put(world, target, ["deprecated": notice])
        #expect(first.status == 200, "\(first)")
        #expect(first.json["deprecated"] == notice)
        let sunset: JSONValue = ["sunset": "2027-01-01T00:00:00Z"]
        #expect(try await put(world, target, ["deprecated": sunset]).status == 200)
        let more = try await put(world, target, ["deprecated": notice, "description": "Other."])
        #expect(more.status == 409)
        #expect(more.code == "VERSION_IMMUTABLE")
        let shown = try await world.api.must(.get, target).json
        #expect(shown["deprecated"] == sunset)
        var without = shown.object ?? [:]
        without["deprecated"] = nil
        try await world.api.must(.put, target, .object(without))
        #expect(try await world.api.must(.get, target).json["deprecated"] == nil)
        #expect(try await world.api.send(.delete, target).status == 409)
    }

    @Test(arguments: [Self.integration, Self.blueprint])
    func `a deprecation that is none is refused with its place`(_ target: String) async throws {
        let world = try await world()
        for (notice, pointer) in [
            (["sunset": "soon"] as JSONValue, "/deprecated/sunset"),
            (["until": "2027-01-01T00:00:00Z"], "/deprecated/until"), (true, "/deprecated"),
            (["use": .string(String(repeating: "x", count: 257))], "/deprecated/use"),
        ] {
            let answer = try await put(world, target, ["deprecated": notice])
            #expect(answer.status == 422, "\(answer)")
            let places = answer.json["errors"]?.array?.map { $0["pointer"] } ?? []
            #expect(places == [.string(pointer)])
        }
        let most: JSONValue = ["use": .string(String(repeating: "x", count: 256))]
        #expect(try await put(world, target, ["deprecated": most]).status == 200)
    }

    @Test func `reports warn of a blueprint that is given up, before its sunset and after`()
        async throws
    {
        let world = try await world()
        let validate = UpgradeWorld.line("acme-corp") + "/versions/1/validate"
        func warning() async throws -> JSONValue? {
            try await world.api.must(.post, validate).json["warnings"]?.array?
                .first { $0["code"] == "DEPRECATED_BLUEPRINT" }
        }
        #expect(try await warning() == nil)
        for (sunset, words) in [
            ("2999-01-01T00:00:00Z", "may be gone from 2999-01-01T00:00:00Z on"),
            ("2001-01-01T00:00:00Z", "may be gone since 2001-01-01T00:00:00Z"),
        ] {
            let notice: JSONValue = ["sunset": .string(sunset), "use": "invoice-app@2"]
            _ = try await put(world, Self.blueprint, ["deprecated": notice])
            let warning = try #require(try await warning())
            #expect(warning["detail"]?.string?.hasSuffix(words) == true, "\(warning)")
            #expect(warning["pointer"] == "/meta/blueprintVersion")
            #expect(warning["suggestion"] == "upgrade to invoice-app@2")
        }
        // It is a warning: what runs goes on, and can be changed.
        let line = UpgradeWorld.line("acme-corp")
        try await world.api.must(.post, line + "/versions", ["fromVersion": 1])
        try await world.api.must(.post, line + "/versions/2/publish")
    }

    @Test func `a plan stands when what it leaves is deprecated`() async throws {
        let world = try await world()
        let plan = try await world.planned(to: .alike)
        _ = try await put(world, Self.blueprint, ["deprecated": ["use": "invoice-app@2"]])
        let answer = try await world.run(to: .alike, plan: plan, ["publish": true])
        #expect(answer.outcomes == ["migrated"])
    }

    @Test func `whom a blueprint's deprecation is about is listed, live or to be`() async throws {
        let world = try await world(["globex", "acme-corp"])
        let staging = UpgradeWorld.line("acme-corp", "staging")
        try await world.api.must(.post, staging + "/versions", UpgradeWorld.config)
        let usage = Self.blueprint + "/usage"
        let all = try await world.api.must(.get, usage).json
        #expect(
            all["items"] == [
                [
                    "tenantId": "acme-corp", "environment": "sandbox", "publishedVersion": 1,
                    "previewVersion": .null, "openVersions": [],
                ],
                [
                    "tenantId": "acme-corp", "environment": "staging", "publishedVersion": .null,
                    "previewVersion": .null, "openVersions": [1],
                ],
                [
                    "tenantId": "globex", "environment": "sandbox", "publishedVersion": 1,
                    "previewVersion": .null, "openVersions": [],
                ],
            ]
        )
        let page = try await world.api.must(.get, usage + "?limit=2").json
        #expect(page["items"]?.array?.count == 2)
        let cursor = page["nextCursor"]?.string ?? ""
        let rest = try await world.api.must(.get, usage + "?limit=2&cursor=\(cursor)").json
        #expect(rest["items"]?.array?.map { $0["tenantId"] } == ["globex"])
        _ = try await world.run(to: .alike, ["publish": true])
        let left = try await world.api.must(.get, usage).json["items"]?.array ?? []
        #expect(left.map { $0["environment"] } == ["staging"])
        let next = try await world.api.must(.get, UpgradeWorld.versions + "/2/usage").json
        #expect(next["items"]?.array?.count == 2)
    }

    @Test func `whom a spec's deprecation is about is listed, with what binds it`() async throws {
        let world = try await world(["acme-corp"])
        let path = "/v1/tenants/acme-corp/connections"
        try await world.api.must(
            .post,
            path,
            UpgradeWorld.connection("spare", "payments.test", "staging")
        )
        let items = try await world.api.must(.get, Self.integration + "/usage").json["items"]
        #expect(
            items == [
                [
                    "tenantId": "acme-corp", "connectionId": "pay", "environment": "sandbox",
                    "status": "active",
                    "configs": [
                        ["blueprint": "invoice-app", "environment": "sandbox", "version": 1]
                    ],
                ],
                [
                    "tenantId": "acme-corp", "connectionId": "spare", "environment": "staging",
                    "status": "active", "configs": [],
                ],
            ]
        )
    }

    @Test(arguments: [Self.integration, Self.blueprint])
    func `a tenant sees its own uses, in its environments`(_ target: String) async throws {
        let world = try await world(["acme-corp", "globex"])
        try await world.putTenant("acme-corp", environment: "staging")
        let usage = target + "/usage"
        let key = try await world.api.key("tenant-viewer", environments: ["sandbox"])
        let own = try await world.api.send(.get, usage, key: key).json["items"]?.array ?? []
        #expect(own.map { $0["tenantId"] } == ["acme-corp"])
        #expect(own.map { $0["environment"] } == ["sandbox"])
        #expect(try await world.api.send(.get, usage + "?tenant=globex", key: key).status == 404)
        let elsewhere = usage + "?environment=staging"
        #expect(try await world.api.send(.get, elsewhere, key: key).status == 403)
        let one = try await world.api.must(.get, elsewhere).json["items"]?.array ?? []
        #expect(one.map { $0["environment"] } == ["staging"])
        let runtime = try await world.api.key("runtime")
        #expect(try await world.api.send(.get, usage, key: runtime).status == 403)
        let none = target.dropLast() + "77/usage"
        #expect(try await world.api.send(.get, String(none)).status == 404)
    }
}
