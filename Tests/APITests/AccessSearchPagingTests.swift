import HTTPWire
import JSON
import Testing

/// Pages of a search while the state changes between them.
///
/// A page is of the newest state when it is made. What is permitted from the first page to the last
/// is found once, whatever else comes and goes.
@Suite struct AccessSearchPagingTests {
    private static let tenant = "/v1/tenants/acme-corp"

    /// Searches page by page, with a change behind each; the results by `name`.
    private func search(
        _ api: TestAPI,
        _ sought: String,
        _ question: JSONValue,
        limit: Int,
        name: String = "id",
        changing change: (Int) async throws -> Void
    ) async throws -> [String] {
        var found: [String] = []
        var page: JSONObject = ["limit": .integer(Int64(limit))]
        for number in 1...50 {
            var body = question.object ?? [:]
            body["page"] = .object(page)
            let answer = try await api.must(
                .post,
                "/access/v1/search/\(sought)",
                .object(body)
            )
            let results = answer.json["results"]?.array ?? []
            #expect(results.count <= limit)
            found += results.compactMap { $0[name]?.string }
            let token = answer.json["page"]?["next_token"]?.string ?? ""
            guard !token.isEmpty else { return found }
            page["token"] = .string(token)
            try await change(number)
        }
        Issue.record("a search without an end")
        return found
    }

    private func put(_ api: TestAPI, _ key: String, _ team: String = "x") async throws {
        let body: JSONValue = ["attributes": ["team": .string(team)]]
        try await api.must(.put, "\(Self.tenant)/entities/\(key)", body)
    }

    /// Users and records, of which rules permit those of the team.
    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        let rule: JSONValue = [
            "id": "team", "effect": "permit",
            "match": [
                "subjectTypes": ["user"], "resourceTypes": ["record"],
                "actions": ["a1", "a3", "a5", "a7"],
            ],
            "when": ["eq": [["attr": "resource.team"], "x"]],
            "unless": ["eq": [["attr": "subject.team"], "out"]],
        ]
        try await api.must(.post, Self.tenant + "/policies", rule)
        for number in 1...7 {
            try await put(api, "record/r\(number)")
            try await put(api, "user/u\(number)")
        }
        return api
    }

    private static let user: JSONValue = [
        "type": "user", "id": "u1", "properties": ["tenantId": "acme-corp"],
    ]
    private static let record: JSONValue = ["type": "record", "id": "r1"]

    @Test(arguments: 1...4)
    func `resources that stay are found once while others come, go and change`(
        _ limit: Int
    ) async throws {
        let api = try await world()
        let question: JSONValue = [
            "subject": Self.user, "action": ["name": "a1"], "resource": ["type": "record"],
        ]
        let found = try await search(api, "resource", question, limit: limit) { page in
            guard page == 1 else { return }
            // What was found goes, what is to come goes or is no longer permitted, others come before
            // and behind.
            try await api.must(.delete, Self.tenant + "/entities/record/r1")
            try await api.must(.delete, Self.tenant + "/entities/record/r6")
            try await self.put(api, "record/r7", "y")
            for key in ["a0", "r5-new", "z"] { try await self.put(api, "record/\(key)") }
        }
        #expect(found == ["r1", "r2", "r3", "r4", "r5", "r5-new", "z"])
    }

    @Test(arguments: 1...4)
    func `subjects that stay are found once`(_ limit: Int) async throws {
        let api = try await world()
        let question: JSONValue = [
            "subject": ["type": "user", "properties": ["tenantId": "acme-corp"]],
            "action": ["name": "a1"], "resource": Self.record,
        ]
        let found = try await search(api, "subject", question, limit: limit) { page in
            guard page == 1 else { return }
            try await self.put(api, "user/u1", "out")
            try await self.put(api, "user/u6", "out")
            try await self.put(api, "user/u5-new")
            try await self.put(api, "user/a")
        }
        #expect(found == ["u1", "u2", "u3", "u4", "u5", "u5-new", "u7"])
    }

    @Test(arguments: 1...3)
    func `actions that stay are found once`(_ limit: Int) async throws {
        let api = try await world()
        let question: JSONValue = ["subject": Self.user, "resource": Self.record]
        let found = try await search(api, "action", question, limit: limit, name: "name") { page in
            guard page == 1 else { return }
            let more: JSONValue = [
                "id": "more", "effect": "permit",
                "match": ["subjectTypes": ["user"], "actions": ["a0", "a6", "a9"]],
            ]
            try await api.must(.post, Self.tenant + "/policies", more)
            let stop: JSONValue = [
                "id": "stop", "effect": "forbid",
                "match": ["subjectTypes": ["user"], "actions": ["a1", "a7"]],
            ]
            try await api.must(.post, Self.tenant + "/policies", stop)
        }
        #expect(found == ["a1", "a3", "a5", "a6", "a9"])
    }

    /// Publishes a config that admits the workflows by name.
    private func publish(_ api: TestAPI, _ workflows: [String]) async throws {
        let line = Self.tenant + "/configs/invoice-app/sandbox/versions"
        let config: JSONValue = [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": "conn",
                    "scope": ["workflows": .array(workflows.map { .string($0) })],
                ]
            ],
        ]
        let made = try await api.must(.post, line, config)
        try await api.must(.post, "\(line)/\(made.json["meta"]?["version"]?.integer ?? 0)/publish")
    }

    @Test(arguments: 1...4)
    func `workflows that stay are found once, though their config is replaced`(
        _ limit: Int
    ) async throws {
        let api = try await TestAPI.access()
        try await publish(api, ["w1", "w2", "w3", "w4", "w5", "w6"])
        var subject = Access.workflow("x").object ?? [:]
        subject["id"] = nil
        let question = Access.question(.object(subject))
        let found = try await search(api, "subject", question, limit: limit) { page in
            guard page == 1 else { return }
            try await self.publish(api, ["a", "w2", "w3", "w4", "w5", "w5-new", "z"])
        }
        #expect(found.count == Set(found).count)
        #expect(Set(found).isSuperset(of: ["w2", "w3", "w4", "w5", "w5-new", "z"]), "\(found)")
        #expect(!found.contains("w6") && !found.contains("a"))
    }
}
