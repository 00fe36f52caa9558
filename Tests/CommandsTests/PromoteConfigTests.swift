import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct PromoteConfigTests {
    /// A world whose sandbox has a live config.
    private func bench() async throws -> CommandBench {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let body = Sample.configBody("conn_test", environment: "sandbox")
        let number = try await bench.draft(body, in: "sandbox")
        try await bench.preview(number, in: "sandbox")
        return bench
    }

    private func promote(
        _ bench: CommandBench,
        _ body: JSONValue,
        from environment: String = "sandbox",
        as caller: Caller? = nil
    ) async throws -> CommandAnswer {
        try await PromoteConfig(source: try bench.line(environment), body: body)
            .run(try bench.context(as: caller))
    }

    @Test func `makes a draft with the connections of the other environment`() async throws {
        let bench = try await bench()
        let answer = try await promote(
            bench,
            ["to": "production", "connections": ["conn_test": "conn_prod"], "reason": "tested"]
        )
        #expect(answer.kind == .created)
        #expect(
            answer.location == "/v1/tenants/acme-corp/configs/invoice-app/production/versions/1"
        )
        #expect(answer.json["meta"]?["status"] == "draft")
        #expect(answer.json["meta"]?["environment"] == "production")
        let bound = answer.json["integrations"]?.array?.map { $0["connectionId"] }
        #expect(bound == ["conn_prod"])
        #expect(answer.json["report"]?["valid"] == true)
    }

    @Test func `what was promoted is published without another preview`() async throws {
        let bench = try await bench()
        let connections: JSONValue = ["conn_test": "conn_prod"]
        _ = try await promote(bench, ["to": "production", "connections": connections])
        try await bench.publish(1)
        #expect(try bench.line().read(bench.state).published?.value.number == 1)
    }

    @Test func `what was promoted and then edited is looked at again`() async throws {
        let bench = try await bench()
        let connections: JSONValue = ["conn_test": "conn_prod"]
        _ = try await promote(bench, ["to": "production", "connections": connections])
        try await bench.connect("conn_second")
        let body = Sample.configBody("conn_second")
        _ = try await PutConfigVersion(target: try bench.line(), number: 1, body: body)
            .run(try bench.context())
        let error = try await refusal { try await bench.publish(1) }
        #expect(error?.code == "PREVIEW_REQUIRED")
        // The same content again is no edit.
        _ = try await promote(bench, ["to": "production", "connections": connections])
        let second = try bench.line().read(bench.state).versions[2]
        let same = try #require(second?.value.config.document.object)
        _ = try await PutConfigVersion(target: try bench.line(), number: 2, body: .object(same))
            .run(try bench.context())
        try await bench.publish(2)
    }

    @Test func `a connection without a counterpart is named, with its candidates`() async throws {
        let bench = try await bench()
        try await bench.connect("conn_second")
        for body: JSONValue in [
            ["to": "production"], ["to": "production", "connections": [:]],
            ["to": "production", "connections": ["conn_other": "conn_prod"]],
        ] {
            let error = try await refusal { try await promote(bench, body) }
            #expect(error?.code == "UNMAPPED_CONNECTIONS")
            #expect(error?.kind == .invalid)
            let item: JSONValue = [
                "connectionId": "conn_test", "candidates": ["conn_prod", "conn_second"],
            ]
            #expect(error?.members["unmapped"] == [item])
        }
        #expect(try bench.line().read(bench.state).versions.isEmpty)
    }

    @Test func `candidates are those that serve`() async throws {
        let bench = try await bench()
        for id in ["conn_paused", "conn_revoked"] { try await bench.connect(id) }
        for (id, move) in [("conn_paused", MoveConnection.Move.pause), ("conn_revoked", .revoke)] {
            let scope = try bench.scope()
            _ = try await MoveConnection(scope: scope, id: Sample.name(id), move: move, body: nil)
                .run(try bench.context())
        }
        var draft = Sample.connectionBody("conn_draft").object ?? [:]
        draft["status"] = "draft"
        _ = try await CreateConnection(scope: try bench.scope(), body: .object(draft))
            .run(try bench.context())
        let error = try await refusal { try await promote(bench, ["to": "production"]) }
        let candidates = error?.members["unmapped"]?.array?.map { $0["candidates"] }
        #expect(candidates == [["conn_prod"]])
    }

    @Test func `a connection that nothing binds is told, with what was meant`() async throws {
        let bench = try await bench()
        let unused: JSONValue = [
            ["connectionId": "conn_tset", "suggestion": "did you mean conn_test?"]
        ]
        let body: JSONValue = ["to": "production", "connections": ["conn_tset": "conn_prod"]]
        let error = try await refusal { try await promote(bench, body) }
        #expect(error?.code == "UNMAPPED_CONNECTIONS")
        #expect(error?.members["unusedConnections"] == unused)
        let more: JSONValue = ["conn_test": "conn_prod", "elsewhere": "conn_prod"]
        let answer = try await promote(bench, ["to": "production", "connections": more])
        #expect(answer.json["unusedConnections"] == [["connectionId": "elsewhere"]])
        let exact: JSONValue = ["conn_test": "conn_prod"]
        let again = try await promote(bench, ["to": "production", "connections": exact])
        #expect(again.json["unusedConnections"] == nil)
    }

    @Test func `a connection of the wrong environment gets no further than the draft`()
        async throws
    {
        let bench = try await bench()
        let connections: JSONValue = ["conn_test": "conn_test"]
        let answer = try await promote(
            bench,
            ["to": "production", "connections": connections]
        )
        #expect(answer.json["report"]?["valid"] == false)
        let told = answer.json["report"]?["errors"]?.array?.map { $0["code"] } ?? []
        #expect(told.contains("ENVIRONMENT_MISMATCH"))
        let error = try await refusal { try await bench.publish(1) }
        #expect(error?.issues.contains { $0.code == .environmentMismatch } ?? false)
    }

    @Test(
        arguments: [
            ([:], "MISSING_FIELD"), (["to": 3], "INVALID_IDENTIFIER"),
            (["to": "sandbox"], "INVALID_VALUE"),
            (["to": "nowhere"], "UNKNOWN_ENVIRONMENT"),
            (["to": "production", "connections": []], "WRONG_TYPE"),
            (["to": "production", "connections": ["conn_test": 1]], "INVALID_IDENTIFIER"),
            (["to": "production", "conections": [:]], "UNKNOWN_FIELD"),
            (["to": "production", "reason": "sk_live_0123456789abcdef"], "SECRET_IN_CONFIG"),
        ] as [(JSONValue, String)]
    )
    func `refuses a body that breaks a rule`(_ body: JSONValue, _ code: String) async throws {
        let bench = try await bench()
        let error = try await refusal { try await promote(bench, body) }
        #expect(error?.code == code)
        #expect(error?.kind == .invalid)
    }

    @Test func `nothing live is nothing to promote`() async throws {
        let bench = try await bench()
        let body: JSONValue = ["to": "sandbox", "connections": ["conn_prod": "conn_test"]]
        let error = try await refusal { try await promote(bench, body, from: "production") }
        #expect(error?.code == "CONFIG_NOT_LIVE")
    }

    @Test func `the credential must reach the other environment`() async throws {
        let bench = try await bench()
        let key = try await bench.key(["roles": ["tenant-admin"], "environments": ["sandbox"]])
        let connections: JSONValue = ["conn_test": "conn_prod"]
        let body: JSONValue = ["to": "production", "connections": connections]
        let caller = try bench.caller(key)
        let error = try await refusal { try await promote(bench, body, as: caller) }
        #expect(error?.code == "ENVIRONMENT_NOT_IN_CREDENTIAL_SCOPE")
        #expect(error?.kind == .forbidden)
    }
}
