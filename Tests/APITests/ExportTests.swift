import HTTPWire
import JSON
import Ledger
import Testing

/// `GET /v1/export`: all that apply takes, at one revision (API section 10).
@Suite struct ExportTests {
    private static let platformRule: JSONValue = [
        "id": "platform-rule", "effect": "forbid", "match": ["workflows": ["agent-*"]],
    ]

    private func world() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.must(.post, "/v1/policies", Self.platformRule)
        for tenant in ["other-corp", "acme-corp"] { try await api.putTenant(tenant) }
        return api
    }

    private func lines(_ stream: TestStream) async throws -> [JSONValue] {
        try await stream.wait { $0.isWhole }
        return try stream.bytes.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
    }

    @Test func `an export has the objects by kind, tenant and name, and names its revision`()
        async throws
    {
        let api = try await world()
        let stream = try await api.open("/v1/export")
        let lines = try await lines(stream)
        #expect(stream.head["Content-Type"] == "application/x-ndjson")
        #expect(stream.head["Bindery-Revision"] == "\(api.ledger.revision)")
        let names = lines.map { line in
            "\(line["kind"]?.string ?? "") \(line["tenantId"]?.string ?? "-")"
        }
        #expect(
            names == [
                "IntegrationSpec -", "AppBlueprintSpec -", "IntegrationConnection acme-corp",
                "IntegrationConnection other-corp", "TenantAppConfig acme-corp",
                "TenantAppConfig other-corp", "PolicyRule -", "PolicyRule acme-corp",
                "PolicyRule other-corp",
            ]
        )
        // The draft beside the live version is none of it.
        #expect(lines[4]["object"]?["meta"]?["status"] == "published")
        for line in lines {
            let object = line["object"]
            for member in ["revision", "health", "createdAt", "updatedAt"] {
                #expect(object?[member] == nil)
                #expect(object?["meta"]?[member] == nil)
            }
            #expect(object?["meta"]?["version"] == nil || line["tenantId"] == nil)
        }
    }

    @Test func `what is exported may be sent back, and then exports to the same bytes`()
        async throws
    {
        let api = try await world()
        let first = try await api.open("/v1/export")
        let lines = try await lines(first)
        let other = try await TestAPI()
        for line in lines {
            let object = line["object"] ?? .null
            let tenant = "/v1/tenants/\(line["tenantId"]?.string ?? "")"
            switch line["kind"]?.string {
            case "IntegrationSpec":
                try await other.must(
                    .put,
                    "/v1/specs/integrations/payments.test/versions/1",
                    object
                )
            case "AppBlueprintSpec":
                try await other.must(
                    .put,
                    "/v1/specs/blueprints/invoice-app/versions/1",
                    object
                )
            case "IntegrationConnection":
                try await other.must(.post, tenant + "/connections", object)
            case "TenantAppConfig":
                let path = tenant + "/configs/invoice-app/sandbox/versions"
                try await other.must(.post, path, object)
                try await other.must(.post, path + "/1/publish")
            default:
                let path = line["tenantId"] == nil ? "/v1" : tenant
                try await other.must(.post, path + "/policies", object)
            }
        }
        let second = try await other.open("/v1/export")
        try await second.wait { $0.isWhole }
        #expect(second.text == first.text)
    }

    @Test func `an export is of one revision, however slowly it is read`() async throws {
        let api = try await world()
        let before = try await api.open("/v1/export")
        try await before.wait { $0.isWhole }
        let slow = try await api.open("/v1/export", isHeld: true)
        for tenant in ["acme-corp", "aaa", "zzz"] {
            try await api.must(
                .put,
                "/v1/tenants/\(tenant)/connections/late",
                SampleObjects.connection("late")
            )
        }
        slow.release()
        try await slow.wait { $0.isWhole }
        #expect(slow.bytes == before.bytes)
    }

    @Test(arguments: ["tenant-admin", "auditor"])
    func `a tenant's key exports its own tenant, named or not, and finds no other`(
        _ role: String
    )
        async throws
    {
        let api = try await world()
        let key = try await api.key(role)
        for query in ["", "?tenant=acme-corp"] {
            let stream = try await api.open("/v1/export" + query, key: key)
            let lines = try await lines(stream)
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0["tenantId"] == "acme-corp" })
            #expect(!stream.text.contains("other-corp"))
        }
        for tenant in ["other-corp", "no-such-corp"] {
            #expect(try await api.open("/v1/export?tenant=\(tenant)", key: key).status == 404)
        }
        for role in ["tenant-viewer", "runtime"] {
            let key = try await api.key(role)
            #expect(try await api.open("/v1/export", key: key).status == 403)
        }
    }

    @Test func `a key that may act in some environments exports these only`() async throws {
        let api = try await world()
        try await api.must(
            .post,
            "/v1/tenants/acme-corp/connections",
            SampleObjects.connection("live", environment: "production")
        )
        let key = try await api.key("tenant-admin", environments: ["production"])
        let stream = try await api.open("/v1/export", key: key)
        let lines = try await lines(stream)
        #expect(
            lines.map { $0["kind"]?.string } == ["IntegrationConnection", "PolicyRule"]
        )
        #expect(lines.first?["object"]?["meta"]?["id"] == "live")
    }

    @Test func `one export more than a tenant may have open is 429`() async throws {
        let api = try await world()
        let key = try await api.key("auditor")
        var held: [TestStream] = []
        for _ in 0..<4 { held.append(try await api.open("/v1/export", key: key, isHeld: true)) }
        let answer = try await api.open("/v1/export", key: key)
        #expect(answer.status == 429)
        #expect(answer.head.code == "TOO_MANY_STREAMS")
        for stream in held { await stream.leave() }
        #expect(try await api.open("/v1/export", key: key).status == 200)
    }
}
