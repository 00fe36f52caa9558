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
