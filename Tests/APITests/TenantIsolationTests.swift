import HTTPWire
import JSON
import Testing

@testable import API

/// A credential of one tenant changes nothing of another, by paths or by bodies; what it is answered is
/// tried in `Isolation`.
@Suite struct TenantIsolationTests {
    private static let tenantRoutes = Routes.all.filter { $0.path.parameters.contains("tenant") }

    /// The route's path for `tenant`, with ids that exist there.
    private func target(_ route: Route, _ tenant: String) -> String {
        let values = [
            "tenant": tenant, "blueprint": "invoice-app", "env": "sandbox", "n": "2", "a": "1",
            "b": "2", "capability": "payments.charge",
            "id": route.path.text.contains("/policies/") ? "no-agents" : "conn",
        ]
        return route.path.segments
            .map { segment in
                switch segment {
                case .literal(let text): "/\(text)"
                case .parameter(let name): "/\(values[name] ?? name)"
                }
            }
            .joined()
    }

    private func send(
        _ api: TestAPI,
        _ route: Route,
        _ tenant: String,
        _ key: String
    )
        async throws -> TestAnswer
    {
        if case .none = route.body {
            return try await api.send(route.method, target(route, tenant), key: key)
        }
        return try await api.send(route.method, target(route, tenant), [:], key: key)
    }

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        for tenant in ["acme-corp", "other-corp"] { try await api.putTenant(tenant) }
        return api
    }

    @Test func `nothing of another tenant was changed`() async throws {
        let api = try await api()
        let key = try await api.key("tenant-admin")
        let revision = try await api.send(.get, "/livez")["Bindery-Revision"]
        for route in Self.tenantRoutes where route.isWrite {
            _ = try await send(api, route, "other-corp", key)
        }
        #expect(try await api.send(.get, "/livez")["Bindery-Revision"] == revision)
    }

    @Test func `a body can't name another tenant than the path`() async throws {
        let api = try await api()
        let key = try await api.key("tenant-admin")
        var connection = SampleObjects.connection("conn_x").object ?? [:]
        var meta = connection["meta"]?.object ?? [:]
        meta["tenantId"] = "other-corp"
        connection["meta"] = .object(meta)
        let answer = try await api.send(
            .post,
            "/v1/tenants/acme-corp/connections",
            .object(connection),
            key: key
        )
        #expect(answer.status == 422)
        #expect(answer.code == "PATH_MISMATCH")
        let other: JSONValue = ["roles": ["runtime"], "tenantId": "other-corp"]
        let made = try await api.send(.post, "/v1/tenants/acme-corp/keys", other, key: key)
        #expect(made.code == "PATH_MISMATCH")
    }

    @Test func `a config can't bind another tenant's connection`() async throws {
        let api = try await api()
        let path = "/v1/tenants/other-corp/connections"
        try await api.must(.post, path, SampleObjects.connection("conn_secret"))
        let line = "/v1/tenants/acme-corp/configs/invoice-app/sandbox"
        try await api.must(.post, "\(line)/versions", SampleObjects.config("conn_secret"))
        let report = try await api.must(.post, "\(line)/versions/3/validate")
        #expect(report.json["valid"] == false)
        #expect(report.text.contains("MISSING_INTEGRATION_CONNECTION"))
        let publish = try await api.send(.post, "\(line)/versions/3/publish", [:])
        #expect(publish.code == "VALIDATION_FAILED")
    }
}
