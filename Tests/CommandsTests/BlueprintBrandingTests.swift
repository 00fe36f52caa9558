import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A blueprint's branding is served where configs put nothing over it, so it is judged as theirs is.
@Suite struct BlueprintBrandingTests {
    private static func body(_ branding: JSONValue?, deprecated: Bool = false) -> JSONValue {
        var body = Sample.blueprintBody().object ?? [:]
        body["branding"] = branding
        if deprecated { body["deprecated"] = ["reason": "There is a newer one."] }
        return .object(body)
    }

    private func put(_ bench: CommandBench, _ body: JSONValue) async throws -> CommandError? {
        try await refusal {
            try await PutBlueprint(id: Sample.blueprint, body: body).run(try bench.context())
        }
    }

    @Test func `a bad branding is refused where the blueprint is registered`() async throws {
        let bench = try await CommandBench()
        let bad: JSONValue = [
            "customDomain": "not a domain",
            "assets": [["type": "logo", "url": "http://insecure.example/logo.png"]],
        ]
        let error = try await put(bench, Self.body(bad))
        #expect(error?.kind == .invalid)
        #expect(
            error?.issues.map { "\($0.code.rawValue) \($0.pointer)" } == [
                "INVALID_DOMAIN /branding/customDomain",
                "INSECURE_ASSET_URL /branding/assets/0/url",
            ]
        )
        #expect(error?.issues.allSatisfy { $0.suggestion != nil } ?? false)
        #expect(bench.state.catalog.blueprints.isEmpty)
    }

    @Test func `a good one is taken, and a file of another kind is no error`() async throws {
        let bench = try await CommandBench()
        let good: JSONValue = [
            "customDomain": "billing.example.com",
            "assets": [["type": "logo", "url": "https://cdn.example/logo.pdf"]],
        ]
        #expect(try await put(bench, Self.body(good)) == nil)
    }

    @Test func `a domain that the blueprint brings is one tenant's`() async throws {
        let bench = try await CommandBench()
        try await bench.putSpecs()
        let branding: JSONValue = ["customDomain": "Billing.example.com"]
        #expect(try await put(bench, Self.body(branding)) == nil)
        try await bench.connect()
        _ = try await bench.publishedVersion()
        #expect(bench.state.domains["billing.example.com"]?.count == 1)
        let report = try await otherReport(bench)
        #expect(
            report["errors"]?.array?.map { $0["code"] } == ["DUPLICATE_DOMAIN"]
        )
        #expect(report["errors"]?.array?.map { $0["pointer"] } == ["/meta/blueprintVersion"])
        // Whoever has a domain of his own leaves the blueprint's alone.
        let own = try await otherReport(bench, ["customDomain": "other.example.com"])
        #expect(own["errors"] == [])
        // After a restart the index says the same.
        let next = try await bench.restarted()
        #expect(next.state.domains["billing.example.com"]?.count == 1)
    }

    /// The report of a draft of another tenant for the same blueprint.
    private func otherReport(
        _ bench: CommandBench,
        _ branding: JSONValue? = nil
    ) async throws -> JSONValue {
        let scope = try bench.scope(Sample.name("other-corp"))
        let connect = PutConnection(
            scope: scope,
            id: Sample.name("conn_prod"),
            body: Sample.connectionBody()
        )
        _ = try await connect.run(try bench.context())
        let line = ConfigScope(scope: scope, line: try bench.line().line)
        var body = Sample.configBody().object ?? [:]
        body["branding"] = branding
        let made = try await CreateConfigVersion(target: line, body: .object(body))
            .run(try bench.context())
        let number = Int(try #require(made.json["meta"]?["version"]?.integer))
        return try ValidateConfig(target: line, number: number).run(try bench.context()).json
    }
}
