import HTTPWire
import JSON
import Testing

/// In which forms a body may be written, and in which one it is answered (API section 2).
@Suite struct WrittenFormTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let line = tenant + "/configs/invoice-app/sandbox"

    private func with(_ members: JSONObject, _ document: JSONValue) -> JSONValue {
        var object = document.object ?? [:]
        for member in members { object[member.key] = member.value }
        return .object(object)
    }

    private func without(_ name: String, _ document: JSONValue) -> JSONValue {
        var object = document.object ?? [:]
        object[name] = nil
        return .object(object)
    }

    @Test func `what repeats the path may be left out, the whole of meta too`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        let draft = without("meta", SampleObjects.config("conn"))
        let made = try await api.send(.post, Self.line + "/versions", draft)
        #expect(made.status == 201)
        #expect(made.json["meta"]?["blueprintVersion"] == 1)
        let blueprint = without("meta", SampleObjects.blueprint)
        let target = "/v1/specs/blueprints/other-app/versions/3"
        #expect(try await api.must(.put, target, blueprint).json["meta"]?["name"] == "other-app")
        // Here meta holds what no path says.
        let connection = without("meta", SampleObjects.connection("conn"))
        let refused = try await api.send(.post, Self.tenant + "/connections", connection)
        #expect(refused.status == 422)
    }

    @Test func `times are answered in UTC`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        let connection = with(
            ["credentialsExpiresAt": "2030-01-01T02:00:00+02:00"],
            SampleObjects.connection("late")
        )
        let made = try await api.must(.post, Self.tenant + "/connections", connection)
        #expect(made.json["credentialsExpiresAt"] == "2030-01-01T00:00:00Z")
        let wrong = with(
            ["credentialsExpiresAt": "2030-01-01T02:00:00"],
            SampleObjects.connection("wrong")
        )
        let refused = try await api.send(.post, Self.tenant + "/connections", wrong)
        #expect(refused.json["errors"]?.array?.first?["pointer"] == "/credentialsExpiresAt")
        let spec = with(
            ["deprecated": ["since": "2026-06-01T00:30:00+01:00", "use": "payments.test@2"]],
            SampleObjects.spec
        )
        let target = "/v1/specs/integrations/payments.test/versions/1"
        let put = try await api.must(.put, target, spec)
        #expect(put.json["deprecated"]?["since"] == "2026-05-31T23:30:00Z")
    }

    @Test func `an integer may be written with a fraction of zero`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        for (text, status) in [("1.0", 201), ("1e2", 201), ("1.5", 422), ("1000000.5", 422)] {
            let binding: JSONValue = [
                "slotId": "payments.primary", "connectionId": "conn",
                "priority": try JSONValue(parsing: text),
            ]
            let draft: JSONValue = ["integrations": [binding]]
            #expect(
                try await api.send(.post, Self.line + "/versions", draft).status == status,
                "\(text)"
            )
        }
    }

    @Test func `a workflow of null is none`() async throws {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        let target = Self.line + "/capabilities/payments.charge/execute"
        let refused = try await api.send(.post, target, ["workflow": .null, "timeoutMs": 1000])
        #expect(refused.status == 422)
        #expect(refused.json["code"] == "WORKFLOW_REQUIRED")
        let wrong = try await api.send(.post, target, ["workflow": 1])
        #expect(wrong.json["errors"]?.array?.first?["code"] == "WRONG_TYPE")
    }

    @Test(arguments: ["multipleOf", "uniqueItems"])
    func `an assertion outside of the subset is refused where a spec is registered`(
        _ keyword: String
    ) async throws {
        let api = try await TestAPI()
        let value: JSONValue = keyword == "multipleOf" ? 5 : true
        let schema: JSONValue = [
            "type": "object", "properties": ["a": [keyword: value]],
        ]
        let spec = with(["configSchema": ["schema": schema]], SampleObjects.spec)
        let target = "/v1/specs/integrations/payments.test/versions/1"
        let refused = try await api.send(.put, target, spec)
        #expect(refused.status == 422)
        let error = refused.json["errors"]?.array?.first
        #expect(error?["code"] == "INVALID_SCHEMA")
        #expect(error?["pointer"] == .string("/configSchema/schema/properties/a/\(keyword)"))
        #expect(error?["detail"]?.string?.contains(keyword) == true)
    }
}
