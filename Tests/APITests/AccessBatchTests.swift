import HTTPWire
import JSON
import Testing

@testable import API

/// `POST /access/v1/evaluations` (AuthZEN section 7).
@Suite struct AccessBatchTests {
    private static let yes = Access.entity("connection", "conn")
    private static let no = Access.entity("connection", "ghost")

    private func send(
        _ api: TestAPI,
        _ body: JSONObject,
        key: String? = TestAPI.bootstrapKey
    ) async throws -> TestAnswer {
        try await api.send(.post, TestAPI.evaluations, .object(body), key: key)
    }

    private func decisions(_ answer: TestAnswer) -> [Bool?] {
        (answer.json["evaluations"]?.array ?? []).map { $0["decision"]?.bool }
    }

    private static func defaults(
        _ resources: [JSONValue],
        semantic: JSONValue? = nil
    ) -> JSONObject {
        var body = Access.question().object ?? [:]
        body["resource"] = nil
        body["evaluations"] = .array(resources.map { ["resource": $0] })
        if let semantic { body["options"] = ["evaluations_semantic": semantic] }
        return body
    }

    @Test func `items are answered in their order, bare`() async throws {
        let api = try await TestAPI.access()
        let answer = try await send(api, Self.defaults([Self.yes, Self.no, Self.yes]))
        #expect(
            answer.text
                == #"{"evaluations":[{"decision":true},{"decision":false},{"decision":true}]}"#
        )
    }

    @Test func `each semantic stops where it says, and another word is 400`() async throws {
        let api = try await TestAPI.access()
        for (semantic, resources, wanted) in [
            ("execute_all", [Self.yes, Self.no, Self.yes], [true, false, true]),
            ("deny_on_first_deny", [Self.yes, Self.no, Self.yes], [true, false]),
            ("deny_on_first_deny", [Self.yes, Self.yes], [true, true]),
            ("permit_on_first_permit", [Self.no, Self.yes, Self.no], [false, true]),
            ("permit_on_first_permit", [Self.no, Self.no], [false, false]),
            ("deny_on_first_deny", [["type": "connection"], Self.yes], [false]),
        ] as [(String, [JSONValue], [Bool])] {
            let body = Self.defaults(resources, semantic: .string(semantic))
            #expect(decisions(try await send(api, body)) == wanted, "\(semantic)")
        }
        for word in ["first", "", 1, .null, "EXECUTE_ALL"] as [JSONValue] {
            #expect(try await send(api, Self.defaults([Self.yes], semantic: word)).status == 400)
        }
    }

    @Test func `a default stands for a whole entity`() async throws {
        let api = try await TestAPI.access()
        var body = Access.question().object ?? [:]
        body["evaluations"] = [
            [:],
            // Without the default's properties this subject is no workflow of a live config.
            ["subject": ["type": "workflow", "id": "checkout"]],
            // Without the default's type this is no resource.
            ["resource": ["id": "conn"]],
            ["subject": Access.workflow("newsletter")],
        ]
        let answer = try await send(api, body)
        #expect(decisions(answer) == [true, false, false, false])
        let items = answer.json["evaluations"]?.array ?? []
        #expect(items[1]["context"] == nil)
        #expect(items[2]["context"]?["error"]?["status"] == 400)
    }

    @Test func `without items it is one question`() async throws {
        let api = try await TestAPI.access()
        for evaluations in [nil, []] as [JSONValue?] {
            var body = Access.question().object ?? [:]
            body["evaluations"] = evaluations
            #expect(try await send(api, body).text == #"{"decision":true}"#)
            body["action"] = nil
            let answer = try await send(api, body)
            #expect(answer.status == 400)
            #expect(answer.json["errors"]?.array?.first?["pointer"] == "/action")
        }
        let narrow = try await api.key("runtime", workflows: ["renewal-*"])
        let refused = try await send(api, Access.question().object ?? [:], key: narrow)
        #expect(refused.status == 403)
    }

    @Test func `a bad item is answered in its place, the others too`() async throws {
        let api = try await TestAPI.access()
        var body = Self.defaults([])
        body["evaluations"] = [
            ["resource": Self.yes], [:], "alice", .null, 1, [],
            ["resource": Self.yes, "context": 1], ["resource": Self.yes, "subject": "x"],
            ["resource": Self.yes, "action": ["name": 1]], ["resource": Self.yes],
        ]
        let answer = try await send(api, body)
        #expect(answer.status == 200)
        let items = answer.json["evaluations"]?.array ?? []
        #expect(items.count == 10)
        for (index, item) in items.enumerated() {
            let isGood = index == 0 || index == 9
            #expect(item["decision"] == .bool(isGood))
            #expect(item["context"]?["error"]?["status"] == (isGood ? nil : 400))
            let message = item["context"]?["error"]?["message"]?.string ?? ""
            #expect(isGood || message.hasPrefix("/evaluations/\(index)"), "\(message)")
        }
    }

    @Test func `a payload that is no batch is 400`() async throws {
        let api = try await TestAPI.access()
        for evaluations in ["x", 1, .null, [:]] as [JSONValue] {
            var body = Access.question().object ?? [:]
            body["evaluations"] = evaluations
            #expect(try await send(api, body).status == 400)
        }
        for key in ["subject", "action", "resource", "context", "options"] {
            var body = Self.defaults([Self.yes])
            body[key] = "x"
            #expect(try await send(api, body).status == 400, "\(key)")
        }
    }

    @Test func `a thousand items are answered, one more is refused whole`() async throws {
        let api = try await TestAPI.access()
        let many = Array(repeating: Self.yes, count: 1000)
        let answer = try await send(api, Self.defaults(many))
        #expect(decisions(answer).count { $0 == true } == 1000)
        let refused = try await send(api, Self.defaults(many + [Self.yes]))
        #expect(refused.status == 400)
        #expect(refused.json["errors"]?.array?.first?["code"] == "LIMIT_EXCEEDED")
    }

    @Test func `explanations come with options, or for one item with its context`() async throws {
        let api = try await TestAPI.access()
        var body = Self.defaults([Self.yes, Self.no])
        body["options"] = ["explain": true]
        let all = try await send(api, body).json["evaluations"]?.array ?? []
        #expect(all.allSatisfy { $0["context"]?["candidates"] != nil })
        body["options"] = nil
        body["evaluations"] = [
            ["resource": Self.yes, "context": ["explain": true]], ["resource": Self.yes],
        ]
        let one = try await send(api, body).json["evaluations"]?.array ?? []
        #expect(one[0]["context"] != nil)
        #expect(one[1]["context"] == nil)
    }

    @Test func `who may not ask is told so in the item's place`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime", workflows: ["check*"])
        var body = Self.defaults([])
        body["evaluations"] = .array(
            [
                Access.workflow("checkout"), Access.workflow("newsletter"),
                Access.workflow("checkout", tenant: "other-corp"),
            ]
            .map { ["subject": $0, "resource": Self.yes] }
        )
        let items = try await send(api, body, key: key).json["evaluations"]?.array ?? []
        #expect(items[0] == ["decision": true])
        #expect(items[1]["decision"] == false)
        #expect(items[1]["context"]?["error"]?["status"] == 403)
        let message = items[1]["context"]?["error"]?["message"]?.string ?? ""
        #expect(message.hasPrefix("WORKFLOW_NOT_IN_CREDENTIAL_SCOPE"))
        #expect(items[2] == ["decision": false])
    }
}
