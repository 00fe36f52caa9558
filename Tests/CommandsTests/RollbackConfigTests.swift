import JSON
import Ledger
import Model
import Testing

@testable import Commands

@Suite struct RollbackConfigTests {
    /// A line whose version 1 was superseded by version 2.
    private func bench() async throws -> CommandBench {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.publishedVersion(Sample.configBody(notes: "one"))
        _ = try await bench.publishedVersion(Sample.configBody(notes: "two"))
        return bench
    }

    private func rollBack(_ bench: CommandBench, _ body: JSONValue) async throws -> CommandAnswer {
        try await RollbackConfig(target: try bench.line(), body: body).run(try bench.context())
    }

    @Test func `publishes a new version with the old content`() async throws {
        let bench = try await bench()
        let answer = try await rollBack(bench, ["toVersion": 1, "reason": "two is broken"])
        #expect(answer.kind == .created)
        #expect(answer.json["meta"]?["version"] == 3)
        #expect(answer.json["meta"]?["status"] == "published")
        #expect(answer.json["notes"] == "one")
        #expect(answer.json["report"]?["valid"] == true)
        let line = try bench.line().read(bench.state)
        #expect(line.published?.value.number == 3)
        #expect(line.versions[1]?.value.status == .superseded)
        #expect(line.versions[2]?.value.status == .superseded)
        #expect(line.history.last?.reason == "two is broken")
        #expect(line.history.last?.to == .published)
    }

    @Test func `is judged by what holds today`() async throws {
        let bench = try await bench()
        let scope = try bench.scope()
        let revoke = MoveConnection(
            scope: scope,
            id: Sample.name("conn_prod"),
            move: .revoke,
            body: nil
        )
        _ = try await revoke.run(try bench.context())
        let error = try await refusal { try await rollBack(bench, ["toVersion": 1]) }
        #expect(error?.code == "VALIDATION_FAILED")
        #expect(error?.members["report"]?["valid"] == false)
        let line = try bench.line().read(bench.state)
        #expect(line.published?.value.number == 2)
        #expect(line.versions.count == 2)
    }

    @Test(
        arguments: [
            ([:], "MISSING_FIELD"), (["toVersion": "1"], "INVALID_VALUE"),
            (["toVersion": 0], "INVALID_VALUE"), (["toVersion": 1, "why": "x"], "UNKNOWN_FIELD"),
            (["toVersion": 1, "reason": "sk_live_0123456789abcdef"], "SECRET_IN_CONFIG"),
        ] as [(JSONValue, String)]
    )
    func `refuses a body that breaks a rule`(_ body: JSONValue, _ code: String) async throws {
        let bench = try await bench()
        let error = try await refusal { try await rollBack(bench, body) }
        #expect(error?.code == code)
        #expect(error?.kind == .invalid)
    }

    @Test func `a version that is not there is not found`() async throws {
        let bench = try await bench()
        let error = try await refusal { try await rollBack(bench, ["toVersion": 9]) }
        #expect(error?.kind == .notFound)
    }
}
