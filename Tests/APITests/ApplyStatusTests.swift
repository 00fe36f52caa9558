import HTTPWire
import JSON
import Testing

/// The status of a connection in a set: it is given where the connection is made, and moved by actions
/// alone afterwards.
@Suite struct ApplyStatusTests {
    private static let tenant = "/v1/tenants/acme-corp"

    private static func member(
        _ id: String,
        _ status: String,
        _ more: JSONObject = [:]
    ) -> JSONValue {
        var object = SampleObjects.connection(id).object ?? [:]
        object["status"] = .string(status)
        for member in more { object[member.key] = member.value }
        return [
            "kind": "IntegrationConnection", "tenantId": "acme-corp", "object": .object(object),
        ]
    }

    /// A store with a connection of each status; their ids are the statuses.
    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        for (id, action) in [("active", nil), ("paused", "pause"), ("revoked", "revoke")] {
            var connection = SampleObjects.connection(id).object ?? [:]
            connection["status"] = "active"
            try await api.must(.post, Self.tenant + "/connections", .object(connection))
            guard let action else { continue }
            let path = "\(Self.tenant)/connections/\(id)/\(action)"
            try await api.must(.post, path, ["reason": "incident 7"])
        }
        var draft = SampleObjects.connection("draft").object ?? [:]
        draft["status"] = "draft"
        try await api.must(.post, Self.tenant + "/connections", .object(draft))
        return api
    }

    private func export(_ api: TestAPI) async throws -> [UInt8] {
        let exported = try await api.open("/v1/export")
        try await exported.wait { $0.isWhole }
        return Array(exported.bytes)
    }

    private func apply(_ api: TestAPI, _ lines: [UInt8]) async throws -> TestAnswer {
        try await api.send(
            .post,
            "/v1/apply?prune=true",
            bytes: lines,
            headers: [HTTPField("Content-Type", "application/x-ndjson")]
        )
    }

    private func apply(
        _ api: TestAPI,
        _ objects: [JSONValue],
        _ query: String = ""
    ) async throws -> TestAnswer {
        try await api.send(.post, "/v1/apply\(query)", ["objects": .array(objects)])
    }

    private func connection(_ api: TestAPI, _ id: String) async throws -> JSONValue {
        try await api.must(.get, "\(Self.tenant)/connections/\(id)").json
    }

    @Test func `an export with connections of every status is taken by an empty store as it is`()
        async throws
    {
        let api = try await world()
        let lines = try await export(api)
        let same = try await apply(api, lines)
        #expect(same.json["summary"]?["unchanged"] == 6, "\(same)")
        #expect(same.json["summary"]?["drifted"] == nil, "\(same)")
        let other = try await TestAPI()
        let made = try await apply(other, lines)
        #expect(made.status == 200, "\(made)")
        #expect(made.json["summary"]?["create"] == 6, "\(made)")
        for status in ["draft", "active", "paused", "revoked"] {
            let connection = try await connection(other, status)
            #expect(connection["status"]?.string == status)
        }
        #expect(try await connection(other, "paused")["statusReason"] == "incident 7")
        #expect(try await export(other) == lines)
    }

    @Test(arguments: ["paused", "revoked", "draft"])
    func `a status that differs is told, and moved by nothing; all else is applied`(
        _ status: String
    ) async throws {
        let api = try await world()
        let wish = [
            Self.member(status, "active", ["description": "of the shop"]),
            Self.member("new", "active"),
        ]
        for query in ["?dryRun=true", ""] {
            let answer = try await apply(api, wish, query)
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.json["summary"]?["create"] == 1, "\(answer)")
            #expect(answer.json["summary"]?["update"] == 1, "\(answer)")
            #expect(answer.json["summary"]?["drifted"] == 1, "\(answer)")
            let change = answer.json["changes"]?.array?.first
            #expect(change?["fields"] == ["/description"], "\(answer)")
            #expect(
                change?["drift"] == [
                    ["pointer": "/status", "wished": "active", "found": .string(status)]
                ],
                "\(answer)"
            )
        }
        let found = try await connection(api, status)
        #expect(found["status"]?.string == status)
        #expect(found["description"] == "of the shop")
        if status != "draft" { #expect(found["statusReason"] == "incident 7") }
        // It is told until an action, or the file, has moved.
        let again = try await apply(api, wish)
        #expect(again.json["summary"]?["unchanged"] == 2, "\(again)")
        #expect(again.json["summary"]?["drifted"] == 1, "\(again)")
    }

    @Test func `a file that says paused takes nothing out of service`() async throws {
        let api = try await world()
        let answer = try await apply(api, [Self.member("active", "paused")])
        #expect(answer.json["summary"]?["unchanged"] == 1, "\(answer)")
        #expect(answer.json["summary"]?["drifted"] == 1, "\(answer)")
        #expect(try await connection(api, "active")["status"] == "active")
    }

    @Test func `outside of sets a status is given at creation as before, and a put moves none`()
        async throws
    {
        let api = try await world()
        let path = Self.tenant + "/connections"
        var connection = SampleObjects.connection("new").object ?? [:]
        connection["status"] = "paused"
        #expect(try await api.send(.post, path, .object(connection)).status == 422)
        connection["meta"] = SampleObjects.connection("active")["meta"]
        #expect(try await api.send(.put, path + "/active", .object(connection)).status == 422)
        let unknown = try await apply(api, [Self.member("new", "broken")])
        #expect(unknown.status == 422, "\(unknown)")
    }
}
