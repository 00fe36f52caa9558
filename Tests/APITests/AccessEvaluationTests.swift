import HTTPWire
import JSON
import Testing

@testable import API

/// `POST /access/v1/evaluation` (AuthZEN section 6; API sections 8 and 10).
@Suite struct AccessEvaluationTests {
    private static let bare: Set<String> = [#"{"decision":true}"#, #"{"decision":false}"#]

    @Test func `the decision is bare, and says what explain says`() async throws {
        let api = try await TestAPI.access()
        let conn = Access.entity("connection", "conn")
        for (workflow, operation, resource, isAllowed) in [
            ("checkout", "payments.test.charge", conn, true),
            ("checkout", "payments.test.charge", Access.entity("slot", "payments.primary"), true),
            (
                "checkout", "payments.test.charge", Access.entity("capability", "payments.charge"),
                true
            ),
            ("newsletter", "payments.test.charge", conn, false),
            ("checkout", "payments.test.refund", conn, false),
            ("checkout", "payments.charge", conn, false),
            ("checkout", "payments.test.charge", Access.entity("connection", "ghost"), false),
            ("checkout", "payments.test.charge", Access.entity("slot", "conn"), false),
            ("checkout", "payments.test.charge", Access.entity("capability", "payments"), false),
            ("checkout", "payments.test.charge", Access.entity("spaceship", "conn"), false),
            ("checkout", "payments.test.charge", Access.entity("connection", "a b"), false),
            ("check out", "payments.test.charge", conn, false),
            ("checkout", "no operation", conn, false),
        ] as [(String, String, JSONValue, Bool)] {
            let question = Access.question(Access.workflow(workflow), operation, resource)
            let answer = try await api.evaluate(question)
            #expect(answer.status == 200, "\(question.serializedText)")
            #expect(Self.bare.contains(answer.text))
            #expect(answer["Content-Type"] == "application/json")
            #expect(answer.json["decision"] == .bool(isAllowed), "\(question.serializedText)")
        }
    }

    @Test func `a paused connection is permitted, a revoked one is not, and a forbid denies`()
        async throws
    {
        let api = try await TestAPI.access()
        let tenant = "/v1/tenants/acme-corp"
        func decision() async throws -> JSONValue? {
            try await api.evaluate(Access.question()).json["decision"]
        }
        #expect(try await decision() == true)
        try await api.must(.post, "\(tenant)/connections/conn/pause")
        #expect(try await decision() == true)
        let rule: JSONValue = ["effect": "forbid", "match": ["workflows": ["check*"]]]
        try await api.must(.put, "\(tenant)/policies/no-check", rule)
        #expect(try await decision() == false)
        try await api.must(.delete, "\(tenant)/policies/no-check")
        #expect(try await decision() == true)
        try await api.must(.post, "\(tenant)/connections/conn/revoke")
        #expect(try await decision() == false)
    }

    @Test(arguments: ["tenantId", "blueprint", "environment"])
    func `a subject without a property, or with one that is no name, is denied`(
        _ property: String
    ) async throws {
        let api = try await TestAPI.access()
        for value in [nil, 1, true, .null, [], "", "no-such", "a b", "../x"] as [JSONValue?] {
            var subject = Access.workflow("checkout").object ?? [:]
            var properties = subject["properties"]?.object ?? [:]
            properties[property] = value
            subject["properties"] = .object(properties)
            let answer = try await api.evaluate(Access.question(.object(subject)))
            #expect(answer.status == 200)
            #expect(answer.text == #"{"decision":false}"#)
        }
    }

    @Test func `what is malformed is 400, and says where`() async throws {
        let api = try await TestAPI.access()
        let good = Access.question().object ?? [:]
        func expect(_ pointer: String, _ change: (inout JSONObject) -> Void) async throws {
            var object = good
            change(&object)
            let answer = try await api.evaluate(.object(object))
            #expect(answer.status == 400, "\(pointer) \(answer)")
            #expect(answer.code == "INVALID_REQUEST")
            #expect(answer.json["errors"]?.array?.first?["pointer"]?.string == pointer)
        }
        for entity in ["subject", "action", "resource"] {
            let members = entity == "action" ? ["name"] : ["type", "id"]
            for value in [nil, "alice", 1, .null, [], true] as [JSONValue?] {
                try await expect("/\(entity)") { $0[entity] = value }
            }
            for member in members {
                let long = JSONValue.string(String(repeating: "x", count: 1025))
                for value in [nil, 123, .null, "", ["x"], long] as [JSONValue?] {
                    try await expect("/\(entity)/\(member)") { object in
                        var inner = object[entity]?.object ?? [:]
                        inner[member] = value
                        object[entity] = .object(inner)
                    }
                }
            }
            try await expect("/\(entity)/properties") { object in
                var inner = object[entity]?.object ?? [:]
                inner["properties"] = "x"
                object[entity] = .object(inner)
            }
        }
        for value in ["x", 1, .null, []] as [JSONValue] {
            try await expect("/context") { $0["context"] = value }
        }
        for body in ["", "{", "[]", "nothing", "{\"a\":1,\"a\":2}", "\u{FEFF}{}"] {
            let answer = try await api.send(.post, TestAPI.evaluation, bytes: Array(body.utf8))
            #expect(answer.status == 400, "\(body)")
        }
    }

    @Test func `the longest name is taken, one byte more is not`() async throws {
        let api = try await TestAPI.access()
        for (count, status) in [(1024, 200), (1025, 400)] {
            let id = String(repeating: "x", count: count)
            let question = Access.question(Access.entity("user", id))
            #expect(try await api.evaluate(question).status == status)
        }
    }

    @Test func `a body without a type is JSON, with another it is 400, never 415`() async throws {
        let api = try await TestAPI.access()
        let body = Access.question().serialized()
        for (type, status) in [
            (nil, 200), ("application/json", 200), ("Application/JSON; charset=utf-8", 200),
            ("text/plain", 400), ("application/x-www-form-urlencoded", 400), ("", 400),
            ("application/merge-patch+json", 400),
        ] as [(String?, Int)] {
            let headers = type.map { [HTTPField("Content-Type", $0)] } ?? []
            let path = TestAPI.evaluation
            let answer = try await api.send(.post, path, bytes: body, headers: headers)
            #expect(answer.status == status, "\(type ?? "none")")
        }
    }

    @Test func `unknown members are ignored, wherever they stand`() async throws {
        let api = try await TestAPI.access()
        var question = Access.question(context: ["time": "2025-06-27T18:03-07:00"]).object ?? [:]
        question["foo"] = "bar"
        question["options"] = "x"
        var subject = question["subject"]?.object ?? [:]
        subject["futureField"] = ["nested": true]
        question["subject"] = .object(subject)
        let answer = try await api.evaluate(.object(question))
        #expect(answer.status == 200)
        #expect(answer.text == #"{"decision":true}"#)
    }

    @Test func `the request's id is echoed, with errors too`() async throws {
        let api = try await TestAPI.access()
        let headers = [HTTPField("X-Request-ID", "bfe9eb29-ab87")]
        for body in [Access.question(), [:]] {
            let answer = try await api.send(.post, TestAPI.evaluation, body, headers: headers)
            #expect(answer["X-Request-ID"] == "bfe9eb29-ab87")
        }
    }

    @Test func `why is told when it is asked, as explain tells it`() async throws {
        let api = try await TestAPI.access()
        let explain = "/v1/tenants/acme-corp/configs/invoice-app/sandbox/explain"
        let asked: JSONValue = ["operation": "payments.test.charge", "workflow": "newsletter"]
        let explained = try await api.must(.post, explain, asked).json
        let subject = Access.workflow("newsletter")
        let answer = try await api.evaluate(
            Access.question(subject, context: ["explain": true])
        )
        #expect(answer.json["decision"] == false)
        #expect(answer.json["context"]?.withoutDecisionID == explained.withoutDecisionID)
        for context in [["explain": false], ["explain": "true"], [:]] as [JSONValue] {
            let bare = try await api.evaluate(Access.question(subject, context: context))
            #expect(bare.text == #"{"decision":false}"#)
        }
        let unknown = Access.question(
            Access.workflow("checkout", tenant: "no-such"),
            context: ["explain": true]
        )
        #expect(try await api.evaluate(unknown).json["context"]?["reason"] == "SUBJECT_NOT_FOUND")
    }

    @Test func `another tenant's workflow is denied like one that does not exist`() async throws {
        let api = try await TestAPI.access()
        for role in ["tenant-admin", "runtime"] {
            let key = try await api.key(role)
            let other = try await api.key(role, tenant: "other-corp")
            for context in [[:], ["explain": true]] as [JSONValue] {
                func ask(_ tenant: String, _ key: String) async throws -> TestAnswer {
                    let subject = Access.workflow("checkout", tenant: tenant)
                    return try await api.evaluate(
                        Access.question(subject, context: context),
                        key: key
                    )
                }
                let foreign = try await ask("other-corp", key)
                let missing = try await ask("no-such-corp", key)
                #expect(foreign.status == 200)
                #expect(foreign.json["decision"] == false)
                #expect(foreign.json.withoutDecisionID == missing.json.withoutDecisionID)
                #expect(foreign.body.count == missing.body.count)
                #expect(try await ask("other-corp", other).json["decision"] == true)
            }
        }
    }

    @Test func `a runtime asks within its workflows and environments`() async throws {
        let api = try await TestAPI.access()
        let narrow = try await api.key("runtime", workflows: ["renewal-*"])
        let refused = try await api.evaluate(Access.question(), key: narrow)
        #expect(refused.status == 403)
        #expect(refused.code == "WORKFLOW_NOT_IN_CREDENTIAL_SCOPE")
        let elsewhere = try await api.key("runtime", environments: ["production"])
        let outside = try await api.evaluate(Access.question(), key: elsewhere)
        #expect(outside.status == 403)
        #expect(outside.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        let foreign = Access.question(Access.workflow("checkout", tenant: "other-corp"))
        #expect(try await api.evaluate(foreign, key: narrow).text == #"{"decision":false}"#)
    }

    @Test func `it is remembered, and a change is seen at once`() async throws {
        let api = try await TestAPI.access()
        let key = try await api.key("runtime")
        for _ in 0..<3 {
            #expect(try await api.evaluate(Access.question(), key: key).json["decision"] == true)
        }
        let rule: JSONValue = ["effect": "forbid"]
        try await api.must(.put, "/v1/policies/stop", rule)
        for _ in 0..<3 {
            #expect(try await api.evaluate(Access.question(), key: key).json["decision"] == false)
        }
        #expect(try await api.evaluate(Access.question(), key: nil).status == 401)
    }
}
