import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// The write of a connection tells which live configs it makes invalid: they are served on.
@Suite struct InvalidatedConfigTests {
    private static let id: ConnectionID = Sample.name("conn_prod")

    private static func connection(_ config: JSONValue) -> JSONValue {
        var body = Sample.connectionBody().object ?? [:]
        body["config"] = config
        return .object(body)
    }

    /// A live config in production whose integration wants an account, which the connection gives.
    private func bench() async throws -> CommandBench {
        let bench = try await CommandBench()
        var spec = Sample.specBody().object ?? [:]
        spec["configSchema"] = [
            "schema": [
                "type": "object", "required": ["account"],
                "properties": ["account": ["type": "string"], "region": ["type": "string"]],
            ]
        ]
        _ = try await PutIntegrationSpec(id: Sample.spec, body: .object(spec))
            .run(try bench.context())
        _ = try await PutBlueprint(id: Sample.blueprint, body: Sample.blueprintBody())
            .run(try bench.context())
        try await put(bench, ["account": "acct-1"])
        #expect(try await bench.publishedVersion() == 1)
        return bench
    }

    @discardableResult
    private func put(
        _ bench: CommandBench,
        _ config: JSONValue,
        isDryRun: Bool = false
    ) async throws -> JSONValue {
        let body = Self.connection(config)
        return try await PutConnection(scope: try bench.scope(), id: Self.id, body: body)
            .run(try bench.context(isDryRun: isDryRun)).json
    }

    private func check(_ answer: JSONValue) {
        let told = answer["invalidates"]?.array ?? []
        #expect(told.count == 1)
        #expect(told.first?["tenantId"] == "acme-corp")
        #expect(told.first?["blueprint"] == "invoice-app")
        #expect(told.first?["environment"] == "production")
        #expect(told.first?["version"] == 1)
        let errors = told.first?["errors"]?.array ?? []
        #expect(errors.map { $0["code"] } == ["CONFIG_SCHEMA_VIOLATION"])
        #expect(errors.map { $0["pointer"] } == ["/integrations/0/config/account"])
        #expect(errors.allSatisfy { $0["suggestion"]?.string != nil })
    }

    @Test func `a put that takes away what the schema wants tells it, dry too`() async throws {
        let bench = try await bench()
        check(try await put(bench, [:], isDryRun: true))
        let report = try ValidateConfig(target: try bench.line(), number: 1)
            .run(try bench.context()).json
        #expect(report["valid"] == true)
        check(try await put(bench, [:]))
        // What is told is what the report says now.
        let broken = try ValidateConfig(target: try bench.line(), number: 1)
            .run(try bench.context()).json
        #expect(broken["errors"]?.array?.map { $0["code"] } == ["CONFIG_SCHEMA_VIOLATION"])
        // Nothing is told of a write that changes nothing, or leaves it as wrong as it was.
        #expect(try await put(bench, [:])["invalidates"] == nil)
        #expect(try await put(bench, ["region": "eu"])["invalidates"] == nil)
    }

    @Test func `a patch tells it, and one that breaks nothing says nothing`() async throws {
        let bench = try await bench()
        func patch(_ patch: JSONValue) async throws -> JSONValue {
            try await PatchConnection(scope: try bench.scope(), id: Self.id, patch: patch)
                .run(try bench.context()).json
        }
        #expect(try await patch(["config": ["region": "eu"]])["invalidates"] == nil)
        #expect(try await patch(["config": ["account": "acct-2"]])["invalidates"] == nil)
        check(try await patch(["config": ["account": .null]]))
    }

    @Test func `a set tells it, unless it mends the config too`() async throws {
        let bench = try await bench()
        var connection = Self.connection([:]).object ?? [:]
        connection["meta"] = .object(
            JSONMerge.merge(connection["meta"]?.object ?? [:], ["tenantId": "acme-corp"])
        )
        let member: JSONValue = [
            "kind": "IntegrationConnection", "tenantId": "acme-corp",
            "object": .object(connection),
        ]
        let alone = try await apply(bench, [member])
        check(alone)
        var config = Sample.configBody().object ?? [:]
        config["meta"] = .object(
            JSONMerge.merge(config["meta"]?.object ?? [:], ["status": "published"])
        )
        config["integrations"] = [
            [
                "slotId": "payments.primary", "connectionId": "conn_prod",
                "config": ["account": "acct-3"], "description": "its own account",
            ]
        ]
        let mended = try await apply(
            bench,
            [
                member,
                [
                    "kind": "TenantAppConfig", "tenantId": "acme-corp",
                    "object": .object(config),
                ],
            ]
        )
        #expect(mended["summary"]?["update"] == 2)
        #expect(mended["invalidates"] == nil)
    }

    private func apply(_ bench: CommandBench, _ objects: [JSONValue]) async throws -> JSONValue {
        let set = ApplySet(
            body: ["objects": .array(objects)],
            form: .document,
            pruning: .nothing,
            showsValues: false
        )
        return try await set.run(try bench.context(isDryRun: true)).json
    }
}
