import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// Entities and questions about them, below HTTP: what is bounded, and what a restart keeps.
@Suite struct EntityAccessTests {
    private func key(_ id: String) throws -> EntityKey {
        try #require(EntityKey(type: "user", id: id))
    }

    private func put(
        _ bench: CommandBench,
        _ id: String,
        _ attributes: JSONValue = [:]
    ) async throws {
        let command = PutEntity(
            scope: try bench.scope(),
            key: try key(id),
            body: ["attributes": attributes]
        )
        _ = try await command.run(try bench.context())
    }

    private func rule(_ bench: CommandBench, _ body: JSONValue) async throws {
        let owner = OwnerScope.tenant(try bench.scope())
        _ = try await PutPolicy(owner: owner, id: nil, body: body).run(try bench.context())
    }

    private static let question: JSONValue = [
        "subject": [
            "type": "user", "id": "alice", "properties": ["tenantId": .string(Sample.acme.text)],
        ],
        "action": ["name": "read"], "resource": ["type": "record", "id": "r"],
    ]

    private static func decision(_ bench: CommandBench) throws -> Bool {
        let answer = try EvaluateAccess(body: question).run(try bench.context())
        guard case .bytes(let bytes, _) = answer.body else { return false }
        return String(decoding: bytes, as: UTF8.self) == #"{"decision":true}"#
    }

    @Test func `entities and their rules outlive the process`() async throws {
        var bench = try await CommandBench()
        try await put(bench, "alice", ["role": "admin"])
        try await put(bench, "bob")
        try await rule(
            bench,
            [
                "id": "admins", "effect": "permit", "match": ["actions": ["read"]],
                "when": ["eq": [["attr": "subject.role"], "admin"]],
            ]
        )
        #expect(try Self.decision(bench))
        for _ in 0..<2 {
            #expect(await bench.services.ledger.saveSnapshot())
            bench = try await bench.restarted()
            #expect(bench.state.tenant(Sample.acme).entities.count == 2)
            #expect(try Self.decision(bench))
        }
        let delete = DeleteEntity(scope: try bench.scope(), key: try key("alice"))
        _ = try await delete.run(try bench.context())
        #expect(try !Self.decision(bench))
        bench = try await bench.restarted()
        #expect(try !Self.decision(bench))
        #expect(bench.state.tenant(Sample.acme).entities.keys.map(\.id) == ["bob"])
    }

    @Test func `a batch that cost too much answers the rest that it was not decided`() async throws
    {
        let bench = try await CommandBench()
        try await put(bench, "alice")
        try await rule(bench, ["id": "all", "effect": "permit", "match": ["actions": ["read"]]])
        var body = Self.question.object ?? [:]
        body["evaluations"] = .array(Array(repeating: [:], count: 100))
        var batch = EvaluateAccessBatch(body: .object(body))
        func items() throws -> [JSONValue] {
            guard case .json(let json) = try batch.run(try bench.context()).body else { return [] }
            return json["evaluations"]?.array ?? []
        }
        #expect(try items().allSatisfy { $0 == ["decision": true] })
        batch.stepCountMax = 5000
        let cut = try items()
        #expect(cut.count == 100)
        let decided = cut.prefix { $0 == ["decision": true] }.count
        #expect((1..<100).contains(decided))
        for item in cut[decided...] {
            #expect(item["decision"] == false)
            #expect(item["context"]?["error"]?["status"] == 503)
        }
    }

    @Test func `a tenant has ten thousand entities; the next is refused, a change is not`()
        async throws
    {
        let bench = try await CommandBench()
        let now = CommandBench.now
        let changes = try (0..<Entity.countMax)
            .map { number in
                let entity = try Entity([:], key: try key("u\(number)"))
                let stored = Stored(entity, revision: 1, createdAt: now, updatedAt: now)
                return Change.putEntity(Sample.acme, stored)
            }
        _ = try await bench.services.ledger.commit(actor: .system("test"), now: now) {
            (_, _) throws(CommandError) in Ledger.Plan(changes, answer: true)
        }
        let refused = await #expect(throws: CommandError.self) { try await put(bench, "one-more") }
        #expect(refused?.code == "TOO_MANY_ENTITIES")
        try await put(bench, "u7", ["role": "admin"])
        #expect(bench.state.tenant(Sample.acme).entities.count == Entity.countMax)
    }
}
