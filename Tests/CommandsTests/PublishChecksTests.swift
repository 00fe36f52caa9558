import Execution
import JSON
import Model
import Testing

@testable import Commands

/// What was read of secrets before a publish counts for the connections that were read, as they were.
@Suite struct PublishChecksTests {
    private func config(_ bench: CommandBench) async throws -> TenantAppConfig {
        let number = try await bench.draft()
        return try bench.line().version(number, bench.state).value.config
    }

    @Test func `a connection that was changed after its secret was read has none`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let config = try await config(bench)
        let scope = try bench.scope()
        let ids = config.bindings.map(\.connection)
        let context = try bench.context()
        let checks = await PublishChecks.reading(ids, scope, bench.state, context)
        #expect(checks.defects(of: config, scope.read(bench.state)).isEmpty)

        let id = try #require(ids.first)
        let patch: JSONValue = ["secretRef": "env://BINDERY_SECRET_B"]
        _ = try await PatchConnection(scope: scope, id: id, patch: patch).run(try bench.context())
        let defects = checks.defects(of: config, scope.read(bench.state))
        #expect(defects[id]?.detail.contains("changed meanwhile") == true, "\(defects)")
        let again = await PublishChecks.reading(ids, scope, bench.state, try bench.context())
        #expect(again.defects(of: config, scope.read(bench.state)).isEmpty)
    }

    @Test func `a connection that was not read has none, but where nobody reads`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let config = try await config(bench)
        let tenant = try bench.scope().read(bench.state)
        #expect(PublishChecks.nothingRead.defects(of: config, tenant).count == 1)
        #expect(PublishChecks.none.defects(of: config, tenant).isEmpty)
        #expect(!PublishChecks.none.areSecretsRead)
    }
}
