import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// What a live config relies on does not change under it (API sections 8 and 10).
@Suite struct ConnectionUseTests {
    static let id: ConnectionID = Sample.name("conn_prod")

    private func delete(_ bench: CommandBench) async throws -> CommandAnswer {
        try await DeleteConnection(scope: try bench.scope(), id: Self.id).run(try bench.context())
    }

    private func patch(_ bench: CommandBench, _ patch: JSONValue) async throws -> CommandAnswer {
        try await PatchConnection(scope: try bench.scope(), id: Self.id, patch: patch)
            .run(try bench.context())
    }

    private func move(
        _ bench: CommandBench,
        _ move: MoveConnection.Move
    ) async throws
        -> CommandAnswer
    {
        try await MoveConnection(scope: try bench.scope(), id: Self.id, move: move, body: nil)
            .run(try bench.context())
    }

    @Test func `a bound connection is not deleted, and the places are named`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let number = try await bench.publishedVersion()
        let error = try await refusal { try await delete(bench) }
        #expect(error?.code == "CONNECTION_IN_USE")
        #expect(error?.kind == .conflict)
        let place: JSONValue = [
            "blueprint": "invoice-app", "environment": "production",
            "version": .integer(Int64(number)),
        ]
        #expect(error?.members["usedBy"] == [place])
        try await bench.archive(number)
        #expect(try await refusal { try await delete(bench) } == nil)
    }

    @Test func `a draft binds nothing`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.draft()
        #expect(try await refusal { try await delete(bench) } == nil)
    }

    static let essentials: [JSONValue] = [
        ["meta": ["environment": "sandbox"]], ["ownershipMode": "managed"],
        ["meta": ["integrationVersion": 2]],
    ]

    @Test(arguments: essentials)
    func `environment, mode and integration stay while it is bound`(
        _ change: JSONValue
    )
        async throws
    {
        let bench = try await CommandBench()
        try await bench.putWorld()
        try await putSecondSpec(bench)
        let number = try await bench.publishedVersion()
        let error = try await refusal { try await patch(bench, change) }
        #expect(error?.code == "CONNECTION_IN_USE")
        try await bench.archive(number)
        #expect(try await refusal { try await patch(bench, change) } == nil)
    }

    @Test func `everything else of it may change while it is bound`() async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        _ = try await bench.publishedVersion()
        for change: JSONValue in [
            ["meta": ["label": "Renamed"]], ["tags": ["main"]], ["description": "the main one"],
            ["secretRef": "env://BINDERY_SECRET_B"], ["externalAccountId": "acct_1"],
        ] {
            #expect(try await refusal { try await patch(bench, change) } == nil)
        }
        for step: MoveConnection.Move in [.pause, .resume, .revoke] {
            #expect(try await refusal { try await move(bench, step) } == nil)
        }
        #expect(try bench.line().read(bench.state).published != nil)
    }

    /// Each status, and where each action leads from it.
    static let moves: [(Connection.Status, [MoveConnection.Move: Connection.Status])] = [
        (.draft, [.resume: .active, .revoke: .revoked]),
        (.active, [.pause: .paused, .resume: .active, .revoke: .revoked]),
        (.paused, [.pause: .paused, .resume: .active, .revoke: .revoked]),
        (.revoked, [.revoke: .revoked]),
    ]

    @Test(arguments: moves, MoveConnection.Move.allCases)
    func `a connection moves only as the table says`(
        _ row: (from: Connection.Status, ways: [MoveConnection.Move: Connection.Status]),
        _ step: MoveConnection.Move
    ) async throws {
        let bench = try await CommandBench()
        try await bench.putSpecs()
        try await connect(bench, as: row.from)
        let before = bench.state.revision
        let error = try await refusal { try await move(bench, step) }
        let now = try bench.scope().read(bench.state).connections[Self.id]?.value.status
        if let target = row.ways[step] {
            #expect(error == nil)
            #expect(now == target)
            #expect((bench.state.revision == before) == (target == row.from))
        } else {
            #expect(error?.code == "INVALID_TRANSITION")
            #expect(now == row.from)
        }
    }

    private func connect(_ bench: CommandBench, as status: Connection.Status) async throws {
        var body = Sample.connectionBody().object ?? [:]
        body["status"] = status == .draft ? "draft" : "active"
        let create = CreateConnection(scope: try bench.scope(), body: .object(body))
        _ = try await create.run(try bench.context())
        if status == .paused { _ = try await move(bench, .pause) }
        if status == .revoked { _ = try await move(bench, .revoke) }
    }

    @Test(arguments: ["draft", "paused", "revoked"])
    func `a status is not written, it moves`(_ status: String) async throws {
        let bench = try await CommandBench()
        try await bench.putWorld()
        let error = try await refusal { try await patch(bench, ["status": .string(status)]) }
        #expect(error?.code == "INVALID_VALUE")
        #expect(error?.issues.first?.pointer == "/status")
    }

    private func putSecondSpec(_ bench: CommandBench) async throws {
        var body = Sample.specBody().object ?? [:]
        var meta = body["meta"]?.object ?? [:]
        meta["version"] = 2
        body["meta"] = .object(meta)
        let id = SpecID(key: Sample.spec.key, version: .integer(2))
        _ = try await PutIntegrationSpec(id: id, body: .object(body)).run(try bench.context())
    }
}
