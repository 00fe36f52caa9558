import JSON
import Model
import Platform
import Policy
import Resolver

/// Times what a request is answered from, and counts what it allocates: deciding, telling why, and
/// compiling what is decided from.
struct DecisionBench {
    /// Enough turns for figures that repeat.
    static let full = DecisionBench(runCount: 15, decisionCount: 20_000)
    /// Enough turns to see that every decision finds its winner.
    static let quick = DecisionBench(runCount: 1, decisionCount: 100)

    /// How often each figure is taken; the median is told.
    let runCount: Int
    /// Decisions of one run.
    let decisionCount: Int
    /// What counts allocations; nil to count none.
    var counter: AllocationCounter?

    /// The sizes of configs, in bindings.
    private static let bindingCounts = [20, 1000, 10_000]
    /// The sizes of configs, in guardrails.
    private static let ruleCounts = [0, 10, 1000]

    /// Every figure: of time in nanoseconds, and the allocations where they are counted.
    func report() throws(CommandFailure) -> JSONValue {
        var decide: [JSONValue] = []
        for bindings in Self.bindingCounts {
            for rules in Self.ruleCounts {
                decide.append(.object(try decisions(bindingCount: bindings, ruleCount: rules)))
            }
        }
        var attributes: [JSONValue] = []
        for rules in Self.ruleCounts where rules > 0 {
            attributes.append(.object(try attributeDecisions(ruleCount: rules)))
        }
        let world = BenchWorld(slotCount: 50, bindingCount: 200, connectionCount: 500)
        let compile: JSONValue = [
            "slots": 50, "bindings": 200, "connections": 500,
            "medianNs": .integer(medianCompile(world.inputs)),
        ]
        return [
            "decide": .array(decide), "attributes": .array(attributes), "compile": compile,
        ]
    }

    /// The workflows that are asked about: of bindings all over the config.
    static func workflows(_ bindingCount: Int) -> [WorkflowName] {
        (0..<16).map { BenchWorld.workflow($0 * 7 % bindingCount) }
    }

    /// Decisions over a config: alone, with their explanation, and as `explain` answers, which
    /// tells of every candidate and so takes as long as there are bindings.
    private func decisions(
        bindingCount: Int,
        ruleCount: Int
    ) throws(CommandFailure) -> JSONObject {
        let world = BenchWorld(bindingCount: bindingCount, ruleCount: ruleCount)
        let table = BindingTable(compiling: world.inputs)
        let workflows = Self.workflows(bindingCount)
        let capability = BenchWorld.capability(0)
        func resolve(_ turn: Int, _ listing: BindingTable.Listing) -> Resolution {
            let workflow = workflows[turn % workflows.count]
            let found = table.resolve(
                capability: capability,
                workflow: workflow,
                listing: listing
            )
            guard let found, found.winner != nil else {
                preconditionFailure("every decision finds its winner")
            }
            return found
        }
        var object: JSONObject = [
            "bindings": .integer(Int64(bindingCount)), "rules": .integer(Int64(ruleCount)),
        ]
        try measure("decision", decisionCount, into: &object) { _ = resolve($0, .admitted) }
        try measure("explained", decisionCount, into: &object) {
            _ = resolve($0, .admitted).explanation(for: .platform)
        }
        let count = max(1, decisionCount / bindingCount)
        try measure("everyCandidate", count, into: &object) {
            _ = resolve($0, .everyCandidate).explanation(for: .platform)
        }
        return object
    }

    /// Decisions of rules over attributes, alone and with their explanation.
    private func attributeDecisions(ruleCount: Int) throws(CommandFailure) -> JSONObject {
        let policies = AttributePolicies(
            platform: AttributeRules([], .platform),
            tenant: AttributeRules(BenchWorld.attributeRules(ruleCount), .tenant)
        )
        let question = BenchWorld.attributeQuestion
        func decide(explains: Bool) -> AttributeDecision {
            let decision = policies.decide(question, explains: explains)
            precondition(decision.isAllowed, "the question is permitted")
            return decision
        }
        var object: JSONObject = ["rules": .integer(Int64(ruleCount))]
        try measure("decision", decisionCount, into: &object) { _ in
            _ = decide(explains: false)
        }
        try measure("explained", decisionCount, into: &object) { _ in
            _ = decide(explains: true).explanation(of: question, for: .platform)
        }
        return object
    }

    /// The median time of one of `count` decisions, and the allocations of a thousand.
    private func measure(
        _ name: String,
        _ count: Int,
        into object: inout JSONObject,
        _ decide: (Int) -> Void
    ) throws(CommandFailure) {
        func all() {
            for turn in 0..<count { decide(turn) }
        }
        object["\(name)Ns"] = .integer(median(all) / Int64(count))
        guard let counter else { return }
        let allocations = try counter.allocations(of: all)
        object["\(name)AllocationsPerThousand"] = .integer(allocations * 1000 / Int64(count))
    }

    /// The median time of compiling a config and resolving all of it, in nanoseconds.
    private func medianCompile(_ inputs: ResolverInputs) -> Int64 {
        median { _ = BindingTable(compiling: inputs).missingSlots }
    }

    /// The median of several runs, after one that warms up.
    private func median(_ run: () -> Void) -> Int64 {
        run()
        let times = (0..<runCount)
            .map { _ in
                let start = MonotonicClock.precise
                run()
                return MonotonicClock.precise.nanoseconds - start.nanoseconds
            }
        return times.sorted()[runCount / 2]
    }
}
