import HTTPWire
import JSON
import Testing

/// `GET …/connections/{id}/reach`: who can reach a connection.
@Suite struct ConnectionReachTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let path = tenant + "/connections/conn/reach"

    private func api() async throws -> TestAPI {
        let api = try await TestAPI()
        try await api.putSpecs()
        try await api.putTenant("acme-corp")
        try await api.must(.delete, Self.tenant + "/policies/no-agents")
        return api
    }

    private func config(_ bindings: [JSONValue]) -> JSONValue {
        [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": .array(bindings),
        ]
    }

    private func binding(_ connection: String, _ workflow: String) -> JSONValue {
        [
            "slotId": "payments.primary", "connectionId": .string(connection),
            "scope": ["workflows": [.string(workflow)]],
        ]
    }

    private func publish(_ config: JSONValue, _ api: TestAPI) async throws {
        let line = Self.tenant + "/configs/invoice-app/sandbox/versions"
        let made = try await api.must(.post, line, config)
        let number = made.json["meta"]?["version"]?.integer ?? 0
        try await api.must(.post, "\(line)/\(number)/publish")
    }

    @Test func `each binding of a live config is told, and drafts are not`() async throws {
        let api = try await api()
        let answer = try await api.must(.get, Self.path)
        let entry: JSONValue = [
            "blueprint": "invoice-app", "environment": "sandbox", "version": 1,
            "slotId": "payments.primary", "workflows": ["checkout"],
            "operations": ["payments.test.charge"], "capabilities": ["payments.charge"],
            "narrowedBy": [],
        ]
        #expect(answer.json == ["items": [entry], "nextCursor": nil])
    }

    @Test func `what a policy forbids or nobody binds is not reached`() async throws {
        let api = try await api()
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("spare"))
        let spare = try await api.must(.get, Self.tenant + "/connections/spare/reach")
        #expect(spare.json["items"] == [])
        try await api.must(.post, Self.tenant + "/policies", SampleObjects.policy)
        #expect(try await api.must(.get, Self.path).json["items"] == [])
    }

    @Test func `a paused connection is still reached, a revoked one is not`() async throws {
        let api = try await api()
        try await api.must(.post, Self.tenant + "/connections/conn/pause")
        #expect(try await api.must(.get, Self.path).json["items"]?.array?.count == 1)
        try await api.must(.post, Self.tenant + "/connections/conn/revoke")
        #expect(try await api.must(.get, Self.path).json["items"] == [])
    }

    @Test func `pages follow the order written, also past ten bindings`() async throws {
        let api = try await api()
        let names = (1...25).map { "flow-\($0)" }
        try await publish(config(names.map { binding("conn", $0) }), api)
        var found: [String] = []
        var cursor = ""
        repeat {
            let answer = try await api.must(.get, Self.path + "?limit=7" + cursor)
            let items = answer.json["items"]?.array ?? []
            #expect(items.count <= 7)
            found += items.compactMap { $0["workflows"]?.array?.first?.string }
            cursor = answer.json["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
        } while !cursor.isEmpty
        #expect(found == names)
        #expect(try await api.send(.get, Self.path + "?limit=501").code == "INVALID_PARAMETER")
        #expect(try await api.send(.get, Self.path + "?cursor=x").code == "INVALID_PARAMETER")
    }

    @Test func `other tenants and other environments learn nothing`() async throws {
        let api = try await api()
        let none = try await api.send(.get, Self.tenant + "/connections/none/reach")
        #expect(none.status == 404)
        let other = try await api.key("tenant-admin", tenant: "globex")
        #expect(try await api.send(.get, Self.path, key: other).status == 404)
        let production = try await api.key("tenant-viewer", environments: ["production"])
        let answer = try await api.send(.get, Self.path, key: production)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
    }
}
