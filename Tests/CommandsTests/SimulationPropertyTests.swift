import JSON
import Ledger
import Model
import Testing

@testable import Commands

/// What a simulation says is what comes about: the same changes, made for real, change the same
/// resolutions, and are refused where it refuses.
@Suite struct SimulationPropertyTests {
    private func bench(_ world: inout SimulationWorld) async throws -> CommandBench {
        let bench = try await CommandBench()
        _ = try await PutIntegrationSpec(id: Sample.spec, body: SimulationWorld.spec)
            .run(try bench.context())
        _ = try await PutBlueprint(id: Sample.blueprint, body: SimulationWorld.blueprint)
            .run(try bench.context())
        for id in SimulationWorld.connections {
            try await bench.connect(id, environment: "sandbox")
        }
        let number = try await bench.draft(world.config(), in: "sandbox")
        try await bench.publish(number, in: "sandbox")
        _ = try await refusal { try await put(policy: world.rule(), bench) }
        return bench
    }

    private func put(policy: JSONValue, _ bench: CommandBench) async throws -> CommandAnswer {
        let id: PolicyID = Sample.name(policy["id"]?.string ?? "")
        return try await PutPolicy(owner: .tenant(try bench.scope()), id: id, body: policy)
            .run(try bench.context())
    }

    /// All that `explain` says, for each workflow and capability.
    private func resolutions(
        _ bench: CommandBench,
        _ pairs: [(String, String)]
    ) throws -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for (workflow, capability) in pairs {
            let body: JSONValue = [
                "capability": .string(capability), "workflow": .string(workflow),
            ]
            let line = try bench.line("sandbox")
            let command = ExplainBinding(target: line, body: body, workflowHeader: nil)
            var object = try command.run(try bench.context()).json.object ?? [:]
            object["revision"] = nil
            object["decisionId"] = nil
            found["\(workflow) \(capability)"] = .object(object)
        }
        return found
    }

    private func winner(_ explanation: JSONValue?) -> JSONValue {
        explanation?["winner"]?["connectionId"] ?? .null
    }

    @Test func `simulated changes, made for real, have the simulated effect`() async throws {
        var effectCount = 0
        var refusalCount = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            guard let access = try await simulated(seed) else {
                refusalCount += 1
                continue
            }
            if !access.isEmpty { effectCount += 1 }
        }
        // The worlds are the same in every run: some of each kind are among them.
        #expect(effectCount > 15)
        #expect(refusalCount > 5)
    }

    /// Simulates the changes of a world, makes them for real, and compares; the access list, or nil
    /// where both were refused.
    private func simulated(_ seed: UInt64) async throws -> [JSONValue]? {
        var world = SimulationWorld(seed: seed)
        let bench = try await bench(&world)
        let (policy, connection, config) = (world.rule(), world.connection(), world.config())
        let pairs = SimulationWorld.asked
            .flatMap { flow in SimulationWorld.capabilities.map { (flow, $0) } }
        let body: JSONValue = [
            "changes": [
                ["kind": "TenantAppConfig", "object": config],
                ["kind": "PolicyRule", "tenantId": "acme-corp", "object": policy],
                ["kind": "IntegrationConnection", "object": connection],
            ],
            "calls": .array(
                pairs.map { ["workflow": .string($0.0), "capability": .string($0.1)] }
            ),
        ]
        let before = try resolutions(bench, pairs)
        let state = bench.state
        var simulated: JSONValue = .null
        let predicted = try await refusal {
            let line = try bench.line("sandbox")
            let answer = try await SimulateChanges(target: line, body: body)
                .run(try bench.context())
            simulated = answer.json
            return answer
        }
        #expect(bench.state.position == state.position, "nothing is written")
        let actual = try await refusal { try await apply(connection, policy, config, bench) }
        #expect(predicted?.code == actual?.code, "\(String(describing: predicted))")
        guard predicted == nil, actual == nil else { return nil }
        let after = try resolutions(bench, pairs)
        try check(simulated, before, after, pairs, named: try namedWorkflows(bench))
        return simulated["access"]?.array ?? []
    }

    @Test func `a simulated pause, resume or revocation has the simulated effect`() async throws {
        var effectCount = 0
        var refusalCount = 0
        for seed in 1...60 as ClosedRange<UInt64> {
            var world = SimulationWorld(seed: seed)
            let bench = try await bench(&world)
            // Some are paused or revoked before, so that there is something to resume or to refuse.
            for _ in 1...2 { _ = try await move(world.move(), bench) }
            guard let access = try await moved(world.move(), bench) else {
                refusalCount += 1
                continue
            }
            if !access.isEmpty { effectCount += 1 }
        }
        #expect(effectCount > 5)
        #expect(refusalCount > 3)
    }

    @Test func `a version is asked about as its publish would be, behind a newer preview`()
        async throws
    {
        func config(_ connection: String) -> JSONValue {
            [
                "meta": [
                    "blueprintName": "invoice-app", "blueprintVersion": 1, "environment": "sandbox",
                ],
                "integrations": [
                    ["slotId": "payments.primary", "connectionId": .string(connection)]
                ],
            ]
        }
        var world = SimulationWorld(seed: 0)
        let bench = try await bench(&world)
        let line = try bench.line("sandbox")
        try await bench.publish(
            try await bench.draft(config("conn_a"), in: "sandbox"),
            in: "sandbox"
        )
        let draft = try await bench.draft(config("conn_c"), in: "sandbox")
        let body: JSONValue = ["version": .integer(Int64(draft))]
        let alone = try await SimulateChanges(target: line, body: body).run(try bench.context())
        #expect(alone.json["access"]?.array?.isEmpty == false)
        let newer = try await bench.draft(config("conn_b"), in: "sandbox")
        _ = try await PreviewConfig(target: line, number: newer, body: nil)
            .run(try bench.context())
        let hidden = try await SimulateChanges(target: line, body: body).run(try bench.context())
        #expect(hidden.json["access"] == [])
        let publish = PublishConfig(target: line, number: draft, body: nil)
        #expect(try await publish.run(try bench.context()).json["access"] == [])
    }

    /// Moves a connection for real.
    private func move(
        _ step: (id: String, move: MoveConnection.Move),
        _ bench: CommandBench
    ) async throws -> CommandError? {
        let id: ConnectionID = Sample.name(step.id)
        let scope = try bench.scope()
        let command = MoveConnection(scope: scope, id: id, move: step.move, body: nil)
        return try await refusal { try await command.run(try bench.context()) }
    }

    /// Simulates a move, makes it for real, and compares; the access list, or nil where both were
    /// refused.
    private func moved(
        _ step: (id: String, move: MoveConnection.Move),
        _ bench: CommandBench
    ) async throws -> [JSONValue]? {
        let pairs = SimulationWorld.asked
            .flatMap { flow in SimulationWorld.capabilities.map { (flow, $0) } }
        let change: JSONValue = [
            "kind": "IntegrationConnection", "action": .string(step.move.rawValue),
            "object": ["meta": ["id": .string(step.id)]],
        ]
        let calls = pairs.map { pair -> JSONValue in
            ["workflow": .string(pair.0), "capability": .string(pair.1)]
        }
        let body: JSONValue = ["changes": [change], "calls": .array(calls)]
        let before = try resolutions(bench, pairs)
        let position = bench.state.position
        var simulated: JSONValue = .null
        let predicted = try await refusal {
            let command = SimulateChanges(target: try bench.line("sandbox"), body: body)
            let answer = try await command.run(try bench.context())
            simulated = answer.json
            return answer
        }
        #expect(bench.state.position == position, "nothing is written")
        let actual = try await move(step, bench)
        #expect(predicted?.code == actual?.code, "\(String(describing: predicted))")
        guard predicted == nil, actual == nil else { return nil }
        let after = try resolutions(bench, pairs)
        try check(simulated, before, after, pairs, named: try namedWorkflows(bench))
        return simulated["access"]?.array ?? []
    }

    /// The workflows that the blueprint or a scope of either version names.
    private func namedWorkflows(_ bench: CommandBench) throws -> Set<String> {
        let versions = try bench.line("sandbox").read(bench.state).versions.values
        let patterns = versions.flatMap(\.value.config.bindings)
            .flatMap { $0.scope.workflows ?? [] }
        return Set(patterns.filter(\.isExact).map(\.text)).union(["checkout"])
    }

    /// Makes the changes for real.
    private func apply(
        _ connection: JSONValue,
        _ policy: JSONValue,
        _ config: JSONValue,
        _ bench: CommandBench
    ) async throws -> CommandAnswer {
        let id: ConnectionID = Sample.name(connection["meta"]?["id"]?.string ?? "")
        _ = try await PutConnection(scope: try bench.scope(), id: id, body: connection)
            .run(try bench.context())
        _ = try await put(policy: policy, bench)
        return try await bench.publish(
            try await bench.draft(config, in: "sandbox"),
            in: "sandbox"
        )
    }

    private func check(
        _ simulated: JSONValue,
        _ before: [String: JSONValue],
        _ after: [String: JSONValue],
        _ pairs: [(String, String)],
        named: Set<String>
    ) throws {
        let calls = simulated["calls"]?.array ?? []
        #expect(calls.count == pairs.count)
        for call in calls {
            let key = "\(call["workflow"]?.string ?? "") \(call["capability"]?.string ?? "")"
            #expect(call["before"] == before[key], "\(key)")
            #expect(call["after"] == after[key], "\(key)")
            let isChanged =
                winner(before[key]) != winner(after[key])
                || before[key]?["allowed"] != after[key]?["allowed"]
            #expect(call["changed"] == .bool(isChanged), "\(key)")
        }
        _ = try AccessListCheck(
            before: standings(before),
            after: standings(after),
            named: named
        )
        .hold(simulated["access"], "")
    }

    private func standings(
        _ found: [String: JSONValue]
    ) -> [AccessListCheck.Pair: AccessListCheck.Standing] {
        let all = AccessListCheck.pairs.map { pair in
            let explanation = found["\(pair.workflow) \(pair.capability)"]
            let standing = AccessListCheck.Standing(
                winner: winner(explanation),
                isAllowed: explanation?["allowed"] ?? false
            )
            return (pair, standing)
        }
        return Dictionary(uniqueKeysWithValues: all)
    }
}
