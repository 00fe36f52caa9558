import HTTPWire
import JSON
import Testing

/// A set against a line on which somebody has made a preview by hand.
@Suite struct ApplyOverPreviewTests {
    private static let tenant = "/v1/tenants/acme-corp"

    /// A line on which `conn_a` is published and `conn_b` in a newer preview.
    private func world(_ environment: String) async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        for id in ["conn_a", "conn_b"] {
            let connection = SampleObjects.connection(id, environment: environment)
            try await api.must(.post, Self.tenant + "/connections", connection)
        }
        _ = try await apply(api, "conn_a", environment)
        let versions = "\(Self.tenant)/configs/invoice-app/\(environment)/versions"
        let made = try await api.must(.post, versions, SampleObjects.config("conn_b"))
        let number = try #require(made.json["meta"]?["version"]?.integer)
        try await api.must(.post, "\(versions)/\(number)/preview")
        return api
    }

    private func apply(
        _ api: TestAPI,
        _ connection: String,
        _ environment: String,
        _ query: String = ""
    ) async throws -> TestAnswer {
        var config = SampleObjects.config(connection).object ?? [:]
        config["meta"] = [
            "blueprintName": "invoice-app", "blueprintVersion": 1,
            "environment": .string(environment), "status": "published",
        ]
        let member: JSONValue = [
            "kind": "TenantAppConfig", "tenantId": "acme-corp", "object": .object(config),
        ]
        return try await api.must(.post, "/v1/apply\(query)", ["objects": [member]])
    }

    private func served(_ api: TestAPI, _ environment: String) async throws -> String? {
        let path = "\(Self.tenant)/configs/invoice-app/\(environment)/explain"
        let question: JSONValue = ["capability": "payments.charge", "workflow": "checkout"]
        let answer = try await api.must(.post, path, question)
        return answer.json["winner"]?["connectionId"]?.string
    }

    @Test func `a preview that is live over what is published is a difference, and is overtaken`()
        async throws
    {
        let api = try await world("sandbox")
        #expect(try await served(api, "sandbox") == "conn_b")
        let plan = try await apply(api, "conn_a", "sandbox", "?dryRun=true&values=true")
        #expect(plan.json["summary"]?["update"] == 1, "\(plan)")
        #expect(plan.json["changes"]?.array?.first?["bindings"]?.array?.isEmpty == false, "\(plan)")
        let applied = try await apply(api, "conn_a", "sandbox")
        #expect(applied.json["summary"]?["update"] == 1, "\(applied)")
        #expect(try await served(api, "sandbox") == "conn_a")
        let again = try await apply(api, "conn_a", "sandbox")
        #expect(again.json["summary"]?["unchanged"] == 1, "\(again)")
    }

    @Test func `in production a preview is not live, and no difference`() async throws {
        let api = try await world("production")
        #expect(try await served(api, "production") == "conn_a")
        let plan = try await apply(api, "conn_a", "production", "?dryRun=true")
        #expect(plan.json["summary"]?["unchanged"] == 1, "\(plan)")
    }
}
