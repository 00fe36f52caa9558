import HTTPWire
import JSON
import Testing

/// Where a version came from, wherever it is told of.
@Suite struct LineageTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"
    private static let old: JSONValue = ["version": 1]

    /// A line whose first version was published twice over.
    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("conn"))
        for _ in 1...2 {
            let made = try await api.must(
                .post,
                Self.line + "/versions",
                SampleObjects.config("conn")
            )
            let number = try #require(made.json["meta"]?["version"]?.integer)
            try await api.must(.post, "\(Self.line)/versions/\(number)/publish")
        }
        return api
    }

    /// The step that made a version, in its line's history.
    private func made(_ api: TestAPI, _ number: Int64, _ line: String) async throws -> JSONValue? {
        let steps = try await api.must(.get, line + "/history").json["items"]?.array ?? []
        return steps.first { $0["version"]?.integer == number && $0["from"]?.isNull == true }
    }

    @Test func `a rollback says to which version, in answer, version, history and trail`()
        async throws
    {
        let api = try await world()
        let body: JSONValue = ["toVersion": 1, "reason": "two is broken"]
        let answer = try await api.must(.post, Self.line + "/rollback", body)
        #expect(answer.json["meta"]?["version"] == 3)
        #expect(answer.json["meta"]?["rolledBackTo"] == Self.old, "\(answer)")
        let read = try await api.must(.get, Self.line + "/versions/3")
        #expect(read.json["meta"]?["rolledBackTo"] == Self.old)
        let listed = try await api.must(.get, Self.line + "/versions").json["items"]?.array ?? []
        #expect(listed.compactMap { $0["meta"]?["rolledBackTo"] } == [Self.old])
        #expect(try await made(api, 3, Self.line)?["rolledBackTo"] == Self.old)
        let trail = try await api.must(.get, Self.tenant + "/audit?kind=change").json["items"]
        let record = trail?.array?.first { $0["action"] == "config.rollback" }
        #expect(record?["after"]?["meta"]?["version"] == 3, "\(String(describing: record))")
        #expect(record?["after"]?["meta"]?["rolledBackTo"] == Self.old)
        // It says where its content came from, and is named by no version that it is not.
        #expect(record?["resource"]?["id"] == "invoice-app/sandbox")
    }

    @Test func `a draft made of a version says of which, and may be sent back as it was read`()
        async throws
    {
        let api = try await world()
        let draft = try await api.must(.post, Self.line + "/versions", ["fromVersion": 1])
        #expect(draft.json["meta"]?["madeFrom"] == Self.old, "\(draft)")
        #expect(try await made(api, 3, Self.line)?["madeFrom"] == Self.old)
        let read = try await api.must(.get, Self.line + "/versions/3").json
        var changed = read.object ?? [:]
        changed["notes"] = "more"
        let put = try await api.must(.put, Self.line + "/versions/3", .object(changed))
        #expect(put.json["meta"]?["madeFrom"] == Self.old, "\(put)")
        // What was simply written came from nowhere.
        let first = try await api.must(.get, Self.line + "/versions/1").json["meta"]
        for name in ["madeFrom", "rolledBackTo", "promotedFrom", "migratedFrom"] {
            #expect(first?[name] == nil)
        }
        #expect(try await made(api, 1, Self.line)?["madeFrom"] == nil)
    }

    @Test func `a promotion says from where, until the draft is changed; the history keeps it`()
        async throws
    {
        let api = try await world()
        let connection = SampleObjects.connection("prod", environment: "production")
        try await api.must(.post, Self.tenant + "/connections", connection)
        let body: JSONValue = ["to": "production", "connections": ["conn": "prod"]]
        let origin: JSONValue = ["environment": "sandbox", "version": 2]
        let answer = try await api.must(.post, Self.line + "/promote", body)
        #expect(answer.json["meta"]?["promotedFrom"] == origin, "\(answer)")
        let production = Self.tenant + "/configs/invoice-app/production"
        var changed = answer.json.object ?? [:]
        changed["report"] = nil
        changed["notes"] = "more"
        let put = try await api.must(.put, production + "/versions/1", .object(changed))
        #expect(put.json["meta"]?["promotedFrom"] == nil, "it is not what was tested there")
        #expect(try await made(api, 1, production)?["promotedFrom"] == origin)
    }
}
