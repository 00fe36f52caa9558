import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// A version that is used stays as it is (API section 1).
@Suite struct SpecImmutabilityTests {
    private func put(_ bench: CommandBench, _ body: JSONValue) async throws -> CommandAnswer {
        try await PutIntegrationSpec(id: Sample.spec, body: body).run(try bench.context())
    }

    private func putBlueprint(
        _ bench: CommandBench,
        _ body: JSONValue
    ) async throws
        -> CommandAnswer
    {
        try await PutBlueprint(id: Sample.blueprint, body: body).run(try bench.context())
    }

    @Test func `a spec may change until a connection uses it`() async throws {
        let bench = try await CommandBench()
        try await bench.putSpecs()
        let renamed = Sample.specBody(title: "Renamed")
        #expect(try await refusal { try await put(bench, renamed) } == nil)
        try await bench.connect()
        let error = try await refusal { try await put(bench, Sample.specBody(title: "Again")) }
        #expect(error?.code == "VERSION_IMMUTABLE")
        #expect(error?.kind == .conflict)
    }

    @Test func `putting a used spec again as it is moves no revision`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let before = bench.state.revision
        let answer = try await put(bench, Sample.specBody())
        #expect(answer.kind == .done)
        #expect(bench.state.revision == before)
        #expect(answer.revision == before)
    }

    @Test func `a spec is deleted when the last connection is gone`() async throws {
        let bench = try await CommandBench()
        try await bench.putSpecs()
        try await bench.connect()
        func delete() async throws -> CommandAnswer {
            try await DeleteIntegrationSpec(id: Sample.spec).run(try bench.context())
        }
        #expect(try await refusal { try await delete() }?.code == "SPEC_IN_USE")
        let scope = try bench.scope()
        _ = try await DeleteConnection(scope: scope, id: Sample.name("conn_prod"))
            .run(try bench.context())
        #expect(try await refusal { try await delete() } == nil)
        #expect(try await refusal { try await delete() }?.kind == .notFound)
    }

    @Test func `a blueprint may change until a config uses it, a draft as well`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let changed = Sample.blueprintBody(description: "Changed")
        #expect(try await refusal { try await putBlueprint(bench, changed) } == nil)
        let number = try await bench.draft()
        let again = Sample.blueprintBody(description: "Again")
        func delete() async throws -> CommandAnswer {
            try await DeleteBlueprint(id: Sample.blueprint).run(try bench.context())
        }
        #expect(
            try await refusal { try await putBlueprint(bench, again) }?.code == "VERSION_IMMUTABLE"
        )
        #expect(try await refusal { try await delete() }?.code == "BLUEPRINT_IN_USE")
        let line = try bench.line()
        _ = try await DeleteConfigVersion(target: line, number: number).run(try bench.context())
        #expect(try await refusal { try await putBlueprint(bench, again) } == nil)
        #expect(try await refusal { try await delete() } == nil)
    }

    @Test func `a use is counted once more after a restart`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.draft()
        let next = try await bench.restarted()
        let spec = Sample.specBody(title: "Again")
        let blueprint = Sample.blueprintBody(description: "Again")
        #expect(try await refusal { try await put(next, spec) }?.code == "VERSION_IMMUTABLE")
        #expect(
            try await refusal { try await putBlueprint(next, blueprint) }?.code
                == "VERSION_IMMUTABLE"
        )
    }
}
