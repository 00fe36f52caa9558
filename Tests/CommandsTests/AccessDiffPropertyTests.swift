import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// What an access diff lists is what comes about, and nothing else does.
///
/// In random worlds every change is made, and every resolution compared. A failing one prints the
/// seed of its world.
@Suite struct AccessDiffPropertyTests {
    private typealias Pair = AccessListCheck.Pair
    private typealias Standing = AccessListCheck.Standing

    private static func bench() async throws -> CommandBench {
        let bench = try await CommandBench()
        _ = try await PutIntegrationSpec(id: Sample.spec, body: SimulationWorld.spec)
            .run(try bench.context())
        _ = try await PutBlueprint(id: Sample.blueprint, body: SimulationWorld.blueprint)
            .run(try bench.context())
        for id in SimulationWorld.connections {
            try await bench.connect(id, environment: "sandbox")
            try await bench.connect(id + "_staging", environment: "staging")
        }
        return bench
    }

    private static func put(
        _ policy: JSONValue,
        _ bench: CommandBench
    ) async throws -> CommandAnswer {
        let id: PolicyID = Sample.name(policy["id"]?.string ?? "")
        return try await PutPolicy(owner: .tenant(try bench.scope()), id: id, body: policy)
            .run(try bench.context())
    }

    /// All resolutions; none where nothing is live.
    private static func standings(
        _ bench: CommandBench,
        in environment: String = "sandbox"
    ) throws -> [Pair: Standing] {
        var found: [Pair: Standing] = [:]
        for pair in AccessListCheck.pairs {
            let body: JSONValue = [
                "capability": .string(pair.capability), "workflow": .string(pair.workflow),
            ]
            let command = ExplainBinding(
                target: try bench.line(environment),
                body: body,
                workflowHeader: nil
            )
            do {
                let json = try command.run(try bench.context()).json
                found[pair] = Standing(
                    winner: json["winner"]?["connectionId"] ?? .null,
                    isAllowed: json["allowed"] ?? false
                )
            } catch let error as CommandError where error.code == "CONFIG_NOT_LIVE" {
                found[pair] = Standing(winner: .null, isAllowed: false)
            }
        }
        return found
    }

    /// Holds a list against what came about; the number of changes.
    private static func hold(
        _ access: JSONValue?,
        _ before: [Pair: Standing],
        _ after: [Pair: Standing],
        named: Set<String>,
        _ seed: Comment
    ) throws -> Int {
        try AccessListCheck(before: before, after: after, named: named).hold(access, seed)
    }

    /// The workflows that the blueprint or a scope of the live version names.
    private static func named(
        _ bench: CommandBench,
        in environment: String = "sandbox"
    ) throws -> Set<String> {
        let live = try bench.line(environment).read(bench.state).published
        let patterns = (live?.value.config.bindings ?? []).flatMap { $0.scope.workflows ?? [] }
        return Set(patterns.filter(\.isExact).map(\.text)).union(["checkout"])
    }

    /// The answer, or nil when it is refused: not every random config may go live.
    private static func answer(
        _ work: () async throws -> CommandAnswer
    ) async throws
        -> CommandAnswer?
    {
        do {
            return try await work()
        } catch let error as CommandError where error.code == "VALIDATION_FAILED" {
            return nil
        }
    }

    @Test func `of versions, drafts and a rollback`() async throws {
        var count = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            let comment: Comment = "seed \(seed)"
            var world = SimulationWorld(seed: seed)
            let bench = try await Self.bench()
            if seed % 2 == 0 { _ = try await Self.put(world.rule(), bench) }
            for _ in 1...3 {
                let number = try await bench.draft(world.config(), in: "sandbox")
                let before = try Self.standings(bench)
                let live = try bench.line("sandbox").read(bench.state).published?.value.number
                let old = try Self.named(bench)
                let publish = PublishConfig(
                    target: try bench.line("sandbox"),
                    number: number,
                    body: nil
                )
                let dry = try await Self.answer {
                    try await publish.run(try bench.context(isDryRun: true))
                }
                let made = try await Self.answer { try await publish.run(try bench.context()) }
                #expect((dry == nil) == (made == nil), comment)
                guard let access = made?.json["access"] else { continue }
                #expect(dry?.json["access"] == access, comment)
                let after = try Self.standings(bench)
                let names = try Self.named(bench).union(old)
                count += try Self.hold(access, before, after, named: names, comment)
                if let live {
                    let diff = DiffConfig(
                        target: try bench.line("sandbox"),
                        from: live,
                        to: number
                    )
                    #expect(try diff.run(try bench.context()).json["access"] == access, comment)
                }
            }
            let (before, old) = (try Self.standings(bench), try Self.named(bench))
            let back = RollbackConfig(target: try bench.line("sandbox"), body: ["toVersion": 1])
            let rolled = try await Self.answer { try await back.run(try bench.context()) }
            guard let access = rolled?.json["access"] else { continue }
            let after = try Self.standings(bench)
            let names = try Self.named(bench).union(old)
            count += try Self.hold(access, before, after, named: names, comment)
        }
        #expect(count > 100)
    }

    @Test func `of promotions`() async throws {
        var count = 0
        for seed in 100...130 as ClosedRange<UInt64> {
            var world = SimulationWorld(seed: seed)
            let bench = try await Self.bench()
            for _ in 1...2 {
                let number = try await bench.draft(world.config(), in: "sandbox")
                try await bench.publish(number, in: "sandbox")
                let ids = SimulationWorld.connections.map {
                    ($0, JSONValue.string($0 + "_staging"))
                }
                let body: JSONValue = ["to": "staging", "connections": .object(JSONObject(ids))]
                let promoted = try await PromoteConfig(
                    source: try bench.line("sandbox"),
                    body: body
                )
                .run(try bench.context())
                let made = Int(try #require(promoted.json["meta"]?["version"]?.integer))
                if seed % 2 == 0 { _ = try await Self.put(world.rule(), bench) }
                let before = try Self.standings(bench, in: "staging")
                let old = try Self.named(bench, in: "staging")
                let access = try await bench.publish(made, in: "staging").json["access"]
                let after = try Self.standings(bench, in: "staging")
                let names = try Self.named(bench, in: "staging").union(old)
                count += try Self.hold(access, before, after, named: names, "seed \(seed)")
            }
        }
        #expect(count > 50)
    }

    @Test func `of rules that come, change and go, with the permission`() async throws {
        var count = 0
        for seed in 200...240 as ClosedRange<UInt64> {
            var world = SimulationWorld(seed: seed)
            let bench = try await Self.bench()
            let number = try await bench.draft(world.config(), in: "sandbox")
            try await bench.publish(number, in: "sandbox")
            let names = try Self.named(bench)
            for _ in 1...3 {
                let before = try Self.standings(bench)
                let access = try await Self.put(world.rule(), bench).json["access"]
                let after = try Self.standings(bench)
                count += try Self.hold(
                    access,
                    before,
                    after,
                    named: names,
                    "seed \(seed)"
                )
            }
        }
        #expect(count > 30)
    }

    @Test func `of connections that are paused, resumed and revoked`() async throws {
        let moves: [MoveConnection.Move] = [.pause, .pause, .resume, .revoke]
        var count = 0
        for seed in 300...340 as ClosedRange<UInt64> {
            var world = SimulationWorld(seed: seed)
            let bench = try await Self.bench()
            let number = try await bench.draft(world.config(), in: "sandbox")
            try await bench.publish(number, in: "sandbox")
            _ = try await Self.put(world.rule(), bench)
            let names = try Self.named(bench)
            for (place, move) in moves.enumerated() {
                let ids = SimulationWorld.connections
                let command = MoveConnection(
                    scope: try bench.scope(),
                    id: Sample.name(place == 2 ? ids[0] : ids[place % 3]),
                    move: move,
                    body: nil
                )
                let before = try Self.standings(bench)
                let dry = try await command.run(try bench.context(isDryRun: true))
                #expect(try Self.standings(bench) == before, "seed \(seed)")
                let made = try await command.run(try bench.context())
                #expect(made.json["access"] == nil)
                let after = try Self.standings(bench)
                count += try Self.hold(
                    dry.json["access"],
                    before,
                    after,
                    named: names,
                    "seed \(seed) \(move)"
                )
            }
        }
        #expect(count > 30)
    }
}
