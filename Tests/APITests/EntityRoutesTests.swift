import HTTPWire
import JSON
import Testing

@testable import API

/// `/v1/tenants/{tenant}/entities`.
@Suite struct EntityRoutesTests {
    private static let entities = "/v1/tenants/acme-corp/entities"
    private static let alice = entities + "/user/alice"

    @Test func `an entity is made, read, replaced and removed`() async throws {
        let api = try await TestAPI()
        #expect(try await api.send(.get, Self.alice).status == 404)
        let body: JSONValue = ["attributes": ["role": "admin"], "description": "on call"]
        let made = try await api.send(.put, Self.alice, body)
        #expect(made.status == 201)
        #expect(made["Location"] == Self.alice)
        #expect(made.json["type"] == "user")
        #expect(made.json["id"] == "alice")
        #expect(made.json["attributes"] == ["role": "admin"])
        let tag = try #require(made["ETag"])
        let read = try await api.send(.get, Self.alice)
        #expect(read.json == made.json)
        #expect(read["ETag"] == tag)
        let headers = [HTTPField("If-None-Match", tag)]
        #expect(try await api.send(.get, Self.alice, headers: headers).status == 304)
        // What was read can be sent back, and moves nothing.
        let same = try await api.send(.put, Self.alice, read.json)
        #expect(same.status == 200)
        #expect(same["ETag"] == tag)
        let stale = [HTTPField("If-Match", "\"1000\"")]
        #expect(try await api.send(.put, Self.alice, [:], headers: stale).status == 412)
        #expect(try await api.send(.delete, Self.alice, headers: stale).status == 412)
        let dry = try await api.send(.put, Self.alice + "?dryRun=true", ["attributes": ["a": 1]])
        #expect(dry.json["attributes"] == ["a": 1])
        #expect(try await api.send(.get, Self.alice).json["attributes"] == ["role": "admin"])
        #expect(try await api.send(.delete, Self.alice).status == 204)
        #expect(try await api.send(.delete, Self.alice).status == 404)
    }

    @Test func `what is no entity is refused`() async throws {
        let api = try await TestAPI()
        for (path, code) in [
            ("user/a%20b", "INVALID_IDENTIFIER"), ("us%20er/a", "INVALID_IDENTIFIER"),
            ("user/%2E%2E", "INVALID_IDENTIFIER"), ("user/a%2Fb", "INVALID_IDENTIFIER"),
            ("workflow/checkout", "INVALID_VALUE"), ("connection/c", "INVALID_VALUE"),
            ("capability/c", "INVALID_VALUE"), ("slot/s", "INVALID_VALUE"),
        ] {
            let answer = try await api.send(.put, "\(Self.entities)/\(path)", [:])
            #expect(answer.status == 422, "\(path)")
            #expect(answer.code == code, "\(path)")
        }
        #expect(try await api.send(.put, Self.alice, ["attributes": 1]).status == 422)
        #expect(try await api.send(.put, Self.alice, ["role": "x"]).code == "UNKNOWN_FIELD")
        #expect(try await api.send(.put, Self.alice, ["id": "bob"]).code == "PATH_MISMATCH")
        #expect(try await api.send(.put, Self.alice + "@example.com", [:]).status == 201)
        #expect(try await api.send(.get, Self.entities + "/user/alice%40example.com").status == 200)
    }

    @Test func `they are listed by type and id, in pages`() async throws {
        let api = try await TestAPI()
        let keys = [
            "group/staff", "user/alice", "user/bob", "user/bob@x", "user/carol", "user-x/a",
            "user.x/a",
        ]
        for key in keys.reversed() { try await api.must(.put, "\(Self.entities)/\(key)") }
        func list(_ query: String) async throws -> [String] {
            var found: [String] = []
            var cursor = ""
            repeat {
                let page = try await api.must(.get, "\(Self.entities)?limit=2\(query)\(cursor)")
                found += (page.json["items"]?.array ?? [])
                    .map {
                        "\($0["type"]?.string ?? "")/\($0["id"]?.string ?? "")"
                    }
                cursor = page.json["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            return found
        }
        #expect(try await list("") == keys)
        #expect(try await list("&type=user") == Array(keys[1...4]))
        #expect(try await list("&type=robot").isEmpty)
    }

    @Test func `a key of some environments may not write what counts in all`() async throws {
        let api = try await TestAPI()
        let key = try await api.key("tenant-admin", environments: ["sandbox"])
        let answer = try await api.send(.put, Self.alice, [:], key: key)
        #expect(answer.status == 403)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        try await api.must(.put, Self.alice)
        #expect(try await api.send(.delete, Self.alice, key: key).status == 403)
        #expect(try await api.send(.get, Self.alice, key: key).status == 200)
    }

    @Test func `a write is in the trail, with before and after`() async throws {
        let api = try await TestAPI()
        try await api.must(.put, Self.alice, ["attributes": ["role": "admin"]])
        try await api.must(.put, Self.alice, ["attributes": ["role": "guest"]])
        let trail = try await api.must(.get, "/v1/tenants/acme-corp/audit")
        let record = try #require(trail.json["items"]?.array?.first)
        #expect(record["action"] == "entity.put")
        #expect(record["resource"] == ["type": "entity", "id": "user/alice"])
        #expect(record["before"]?["attributes"] == ["role": "admin"])
        #expect(record["after"]?["attributes"] == ["role": "guest"])
    }
}

/// Entities in sets, exports and events, as every other object.
@Suite struct EntitySetTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private static func member(_ id: String, _ attributes: JSONValue = [:]) -> JSONValue {
        [
            "kind": "Entity", "tenantId": "acme-corp",
            "object": ["type": "user", "id": .string(id), "attributes": attributes],
        ]
    }

    private func apply(
        _ api: TestAPI,
        _ members: [JSONValue],
        _ query: String = "",
        key: String = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply" + query, ["objects": .array(members)], key: key)
    }

    @Test func `a set makes, changes, leaves and prunes them`() async throws {
        let api = try await TestAPI()
        let first = try await apply(api, [Self.member("a"), Self.member("b"), Self.member("c")])
        #expect(first.json["summary"]?["create"] == 3, "\(first)")
        let second = try await apply(
            api,
            [Self.member("a"), Self.member("b", ["team": "x"])],
            "?prune=true"
        )
        #expect(second.json["summary"] == ["create": 0, "update": 1, "delete": 1, "unchanged": 1])
        let changes = second.json["changes"]?.array ?? []
        #expect(changes[1]["id"] == "user/b")
        #expect(changes[1]["fields"] == ["/attributes/team"])
        #expect(try await api.send(.get, Self.tenant + "/entities/user/c").status == 404)
    }

    @Test func `an export applied again changes nothing, and events tell of them`() async throws {
        let api = try await TestAPI.access()
        _ = try await apply(api, [Self.member("b"), Self.member("a", ["n": 1])])
        let stream = try await api.open("/v1/export?tenant=acme-corp")
        try await stream.wait { $0.isWhole }
        let lines = try stream.bytes.split(separator: 0x0A)
            .map { try JSONValue(parsing: Array($0)) }
        let ids = lines.filter { $0["kind"] == "Entity" }.map { $0["object"]?["id"] }
        #expect(ids == ["a", "b"])
        let again = try await apply(api, lines, "?prune=true")
        #expect(again.json["summary"]?["unchanged"]?.integer == Int64(lines.count))
        try await api.must(.delete, Self.tenant + "/entities/user/b")
        let events = try await api.open("/v1/events?from=0&tenant=acme-corp")
        try await events.wait { $0.events.contains { $0.name == "entity.deleted" } }
        let told = events.events.filter { $0.name.hasPrefix("entity.") }
        #expect(told.map(\.name) == ["entity.created", "entity.created", "entity.deleted"])
        #expect(told[1].data["object"]?["attributes"] == ["n": 1])
        await events.leave()
    }

    @Test(
        arguments: [
            (["type": "connection", "id": "x"], "/objects/0/object/type"),
            (["type": "user", "id": "a b"], "/objects/0/object/id"),
            (
                ["type": "user", "id": "x", "attributes": ["id": 1]],
                "/objects/0/object/attributes/id"
            ),
        ] as [(JSONValue, String)]
    )
    func `what is no entity is refused with its place`(
        _ object: JSONValue,
        _ pointer: String
    ) async throws {
        let api = try await TestAPI()
        let member: JSONValue = ["kind": "Entity", "tenantId": "acme-corp", "object": object]
        let answer = try await apply(api, [member])
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.array?.first?["pointer"] == .string(pointer))
    }

    @Test func `who may not write entities applies none`() async throws {
        let api = try await TestAPI.access()
        let viewer = try await api.key("tenant-viewer")
        #expect(try await apply(api, [Self.member("a")], key: viewer).status == 403)
        let bounded = try await api.key("tenant-admin", environments: ["sandbox"])
        let answer = try await apply(api, [Self.member("a")], key: bounded)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let other = try await api.key("tenant-admin", tenant: "other-corp")
        #expect(try await apply(api, [Self.member("a")], key: other).status == 404)
    }
}
