import HTTPWire
import JSON
import Testing

/// `GET …/drift?against=`: how what is live in two environments differs.
@Suite struct EnvironmentDriftTests {
    private static let tenant = "/v1/tenants/acme-corp"
    private static let drift = tenant + "/configs/invoice-app/sandbox/drift?against=staging"

    /// A tenant whose sandbox has one live config, and staging another.
    private func api(_ workflows: JSONValue = ["checkout"]) async throws -> TestAPI {
        let api = try await TestAPI.access()
        let staged = SampleObjects.connection("staged", environment: "staging")
        try await api.must(.post, Self.tenant + "/connections", staged)
        let line = Self.tenant + "/configs/invoice-app/staging/versions"
        let config: JSONValue = [
            "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
            "integrations": [
                [
                    "slotId": "payments.primary", "connectionId": "staged",
                    "scope": ["workflows": workflows],
                ]
            ],
        ]
        try await api.must(.post, line, config)
        try await api.must(.post, line + "/1/publish")
        return api
    }

    @Test func `configs that differ by their connections alone have no drift`() async throws {
        let answer = try await api().must(.get, Self.drift).json
        #expect(answer["patch"] == [])
        #expect(answer["access"] == [])
        #expect(answer["version"] == 1)
        #expect(answer["against"] == "staging")
        #expect(answer["againstVersion"] == 1)
    }

    @Test func `another scope is told as a patch, and whom it serves otherwise`() async throws {
        let answer = try await api(["refund"]).must(.get, Self.drift).json
        #expect(
            answer["patch"] == [
                [
                    "op": "replace", "path": "/integrations/0/scope/workflows/0",
                    "value": "refund",
                ]
            ]
        )
        let access = answer["access"]?.array ?? []
        #expect(access.map { $0["workflow"] } == ["checkout", "refund"])
        #expect(access[0]["before"] == "conn")
        #expect(access[0]["after"] == .null)
        #expect(access[1]["after"] == "staged")
    }

    @Test func `another integration is drift, another connection of the same is none`() async throws
    {
        let api = try await api()
        var spec = SampleObjects.spec.object ?? [:]
        spec["meta"] = ["key": "payments.other", "version": 1, "category": "payments"]
        try await api.must(.put, "/v1/specs/integrations/payments.other/versions/1", .object(spec))
        var other = SampleObjects.connection("other", environment: "staging").object ?? [:]
        other["meta"] = [
            "id": "other", "integrationKey": "payments.other", "integrationVersion": 1,
            "environment": "staging",
        ]
        try await api.must(.post, Self.tenant + "/connections", .object(other))
        let line = Self.tenant + "/configs/invoice-app/staging/versions"
        try await api.must(.post, line, SampleObjects.config("other"))
        try await api.must(.post, line + "/2/publish")
        let answer = try await api.must(.get, Self.drift).json
        let paths = answer["patch"]?.array?.map { $0["path"] }
        #expect(paths == ["/integrations/0/connectionOf/integration"])
        #expect(answer["access"]?.array?.map { $0["after"] } == ["other"])
    }

    @Test func `two connections here that are one there are told, though nothing else differs`()
        async throws
    {
        let api = try await api()
        try await api.must(.post, Self.tenant + "/connections", SampleObjects.connection("second"))
        let staging = SampleObjects.connection("staged-2", environment: "staging")
        try await api.must(.post, Self.tenant + "/connections", staging)
        func publish(_ environment: String, _ connections: [String]) async throws {
            let line = Self.tenant + "/configs/invoice-app/\(environment)/versions"
            let bindings = zip(["checkout", "refund"], connections)
                .map { workflow, id -> JSONValue in
                    [
                        "slotId": "payments.primary", "connectionId": .string(id),
                        "scope": ["workflows": [.string(workflow)]],
                    ]
                }
            let config: JSONValue = [
                "meta": ["blueprintName": "invoice-app", "blueprintVersion": 1],
                "integrations": .array(bindings),
            ]
            let made = try await api.must(.post, line, config).json
            let number = try #require(made["meta"]?["version"]?.integer)
            try await api.must(.post, line + "/\(number)/publish")
        }
        try await publish("sandbox", ["conn", "second"])
        try await publish("staging", ["staged", "staged-2"])
        #expect(try await api.must(.get, Self.drift).json["accounts"] == [])
        try await publish("staging", ["staged", "staged"])
        let folded = try await api.must(.get, Self.drift).json
        #expect(folded["patch"] == [])
        #expect(
            folded["accounts"] == [["connections": ["conn", "second"], "against": ["staged"]]]
        )
        try await publish("sandbox", ["conn", "conn"])
        try await publish("staging", ["staged", "staged-2"])
        #expect(
            try await api.must(.get, Self.drift).json["accounts"] == [
                ["connections": ["conn"], "against": ["staged", "staged-2"]]
            ]
        )
    }

    @Test(
        arguments: [
            ("", 400, "INVALID_PARAMETER"), ("?against=sandbox", 400, "INVALID_PARAMETER"),
            ("?against=nowhere", 422, "UNKNOWN_ENVIRONMENT"),
            ("?against=production", 404, "CONFIG_NOT_LIVE"),
        ]
    )
    func `what can't be compared is refused`(
        _ query: String,
        _ status: Int,
        _ code: String
    ) async throws {
        let target = Self.tenant + "/configs/invoice-app/sandbox/drift" + query
        let answer = try await api().send(.get, target)
        #expect(answer.code == code)
        #expect(answer.status == status || code == "UNKNOWN_ENVIRONMENT")
    }

    @Test func `a key of one environment compares it with no other`() async throws {
        let api = try await api()
        let key = try await api.key("tenant-viewer", environments: ["sandbox"])
        let answer = try await api.send(.get, Self.drift, key: key)
        #expect(answer.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
    }
}
