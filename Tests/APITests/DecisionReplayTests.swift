import Audit
import Commands
import HTTPWire
import JSON
import Testing

/// `simulate` with `replay`: the last recorded decisions, asked of what would be live.
@Suite struct DecisionReplayTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    private func api(
        _ change: @escaping (inout DecisionLogSettings) -> Void = { _ in }
    ) async throws -> TestAPI {
        try await TestAPI.access { settings in
            settings.decisions.extent = .all
            settings.decisions.whenBusy = .wait
            change(&settings.decisions)
        }
    }

    private func ask(_ api: TestAPI, _ workflow: String, _ context: JSONValue = [:]) async throws {
        let question = Access.question(Access.workflow(workflow), context: context)
        #expect(try await api.evaluate(question).status == 200)
    }

    private func replay(
        _ api: TestAPI,
        _ changes: [JSONValue] = [],
        last: Int64 = 100,
        version: Int64? = nil
    ) async throws -> JSONValue {
        var body: JSONObject = ["changes": .array(changes), "replay": ["last": .integer(last)]]
        body["version"] = version.map { .integer($0) }
        let answer = try await api.send(.post, Self.line + "/simulate", .object(body))
        #expect(answer.status == 200, "\(answer)")
        return answer.json["replay"] ?? .null
    }

    private static func rule(_ object: JSONValue) -> JSONValue {
        ["kind": "PolicyRule", "tenantId": "acme-corp", "object": object]
    }

    @Test func `what a rule would have decided otherwise is told, alike ones together`()
        async throws
    {
        let api = try await api()
        for _ in 0..<3 { try await ask(api, "checkout") }
        try await ask(api, "newsletter")
        let explain: JSONValue = ["capability": "payments.charge", "workflow": "checkout"]
        try await api.must(.post, Self.line + "/explain", explain)
        let unchanged = try await replay(api)
        #expect(unchanged == ["decisions": 5, "skipped": 0, "flipped": 0, "flips": []])
        let stop: JSONValue = ["id": "stop", "effect": "forbid"]
        let found = try await replay(api, [Self.rule(stop)])
        #expect(found["flipped"] == 4)
        let flips = found["flips"]?.array ?? []
        #expect(flips.map { $0["count"] } == [1, 3])
        #expect(flips[0]["action"] == "binding.explain")
        #expect(flips[0]["recorded"] == ["allowed": true, "connectionId": "conn"])
        #expect(flips[0]["now"] == ["allowed": true, "connectionId": "conn"])
        #expect(flips[0]["after"] == ["allowed": false, "connectionId": .null])
        #expect(flips[1]["resource"] == ["type": "connection", "id": "conn"])
        #expect(flips[1]["workflow"] == "checkout")
        #expect(flips[1]["decisionId"]?.string?.isEmpty == false)
        #expect(try await replay(api, [Self.rule(stop)], last: 2)["decisions"] == 2)
    }

    @Test func `a draft's version is asked as if it was live`() async throws {
        let api = try await api()
        try await ask(api, "newsletter")
        var config = SampleObjects.config("conn").object ?? [:]
        config["integrations"] = [
            [
                "slotId": "payments.primary", "connectionId": "conn",
                "scope": ["workflows": ["newsletter"]],
            ]
        ]
        let made = try await api.must(.post, Self.line + "/versions", .object(config))
        let version = try #require(made.json["meta"]?["version"]?.integer)
        let flip = try await replay(api, version: version)["flips"]?.array?.first
        #expect(flip?["recorded"] == ["allowed": false])
        #expect(flip?["after"]?["allowed"] == true)
        let missing = try await api.send(.post, Self.line + "/simulate", ["version": 99])
        #expect(missing.status == 404)
    }

    @Test func `conditions are judged with the circumstances that were recorded`() async throws {
        let api = try await api()
        for amount in [10, 5000] as [Int64] {
            try await ask(api, "checkout", ["input": ["amount": .integer(amount)]])
        }
        let rule: JSONValue = [
            "id": "no-large", "effect": "forbid",
            "match": ["subjectTypes": ["workflow"], "resourceTypes": ["connection"]],
            "when": ["gt": [["attr": "context.input.amount"], 1000]],
        ]
        let flips = try await replay(api, [Self.rule(rule)])["flips"]?.array ?? []
        #expect(flips.map { $0["context"]?["input"]?["amount"] } == [5000])
    }

    @Test func `what is masked or belongs to other lines is not replayed`() async throws {
        let api = try await api { $0.masks = ["/context/card"].compactMap { PointerMask($0) } }
        try await ask(api, "checkout", ["card": "x"])
        try await ask(api, "checkout")
        let other = Access.question(Access.workflow("checkout", environment: "staging"))
        _ = try await api.evaluate(other)
        let found = try await replay(api, [Self.rule(["id": "stop", "effect": "forbid"])])
        #expect(found["decisions"] == 1)
        #expect(found["skipped"] == 1)
        #expect(found["flipped"] == 1)
    }

    @Test(
        arguments: [
            (["last": 0], "/replay/last"), (["last": 1001], "/replay/last"), ([:], "/replay/last"),
            (["last": 5, "first": 1], "/replay/first"), ([], "/replay"),
        ] as [(JSONValue, String)]
    )
    func `a replay that is none is refused with its place`(
        _ replay: JSONValue,
        _ pointer: String
    ) async throws {
        let api = try await api()
        let answer = try await api.send(.post, Self.line + "/simulate", ["replay": replay])
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.array?.first?["pointer"] == .string(pointer))
    }

    @Test func `as many as the limit are replayed`() async throws {
        let api = try await api()
        #expect(try await replay(api, last: 1000)["decisions"] == 0)
    }
}
