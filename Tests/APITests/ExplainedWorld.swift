import HTTPWire
import JSON
import Testing

/// Permission and winner of every capability of an `AccessWorld`'s config, as `explain` tells them.
struct ExplainedWorld {
    /// Those of the blueprint, one that only rules name, one that only patterns match.
    private static let workflows = ["checkout", "refund", "back-office", "agent-1"]
    private static let capabilities = ["pay.charge", "pay.refund"]

    /// What a workflow and capability are called in an effect.
    private struct Key: Hashable {
        let workflow: String
        let capability: String
    }

    private struct Answer: Equatable {
        let isAllowed: JSONValue?
        let winner: JSONValue
    }

    private var answers: [Key: Answer] = [:]

    init(_ api: TestAPI) async throws {
        for workflow in Self.workflows {
            for capability in Self.capabilities {
                let answer = try await api.send(
                    .post,
                    "/v1/tenants/acme-corp/configs/shop/sandbox/explain",
                    ["workflow": .string(workflow), "capability": .string(capability)]
                )
                guard answer.status == 200 else { continue }
                answers[Key(workflow: workflow, capability: capability)] = Answer(
                    isAllowed: answer.json["allowed"],
                    winner: answer.json["winner"]?["connectionId"] ?? .null
                )
            }
        }
    }

    /// Expects an effect to tell exactly what is answered otherwise.
    static func expect(_ effect: JSONValue, from before: Self, to after: Self) {
        #expect(effect["accessIsCut"] == nil)
        #expect(effect["accessDependsOnCalls"] == nil)
        #expect(!before.answers.isEmpty)
        var told: [Key: JSONValue] = [:]
        for change in effect["access"]?.array ?? [] {
            let workflow = change["workflow"]?.string ?? ""
            told[Key(workflow: workflow, capability: change["capability"]?.string ?? "")] = change
        }
        for (key, old) in before.answers {
            let new = after.answers[key]
            guard old != new else {
                #expect(told[key] == nil, "\(key)")
                continue
            }
            // A pattern stands for what it matches, a star for what nothing names.
            let names = [key.workflow] + (key.workflow == "agent-1" ? ["agent-*"] : []) + ["*"]
            let change = names.lazy
                .compactMap { told[Key(workflow: $0, capability: key.capability)] }.first
            #expect(change?["allowed"]?["before"] == old.isAllowed, "\(key)")
            #expect(change?["allowed"]?["after"] == new?.isAllowed, "\(key)")
            #expect(change?["before"] == old.winner, "\(key)")
            #expect(change?["after"] == new?.winner, "\(key)")
        }
    }
}

extension ExplainedWorld {
    /// Makes a rule in a world by chance and rehearses its removal: what each tells is what all
    /// questions say before and after.
    static func expectEffect(
        seed: UInt64,
        of rule: (inout AccessWorld) -> JSONValue
    ) async throws {
        let policies = "/v1/tenants/acme-corp/policies"
        var world = try await AccessWorld(seed: seed)
        try await world.putSpecs()
        try await world.putTenant("acme-corp")
        let made = rule(&world)
        let before = try await ExplainedWorld(world.api)
        let answer = try await world.api.must(.post, policies, made)
        let after = try await ExplainedWorld(world.api)
        expect(answer.json, from: before, to: after)
        // And back again, told before it is done.
        let target = policies + "/of-the-test?dryRun=true"
        let removal = try await world.api.send(.delete, target)
        expect(removal.json, from: after, to: before)
    }
}
