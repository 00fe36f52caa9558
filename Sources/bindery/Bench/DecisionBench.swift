import JSON
import Model
import Platform
import Resolver

/// Times what a request is answered from: deciding, and compiling what is decided from.
struct DecisionBench {
    /// Enough turns for figures that repeat.
    static let full = DecisionBench(runCount: 15, decisionCount: 20_000)
    /// Enough turns to see that every decision finds its winner.
    static let quick = DecisionBench(runCount: 1, decisionCount: 100)

    /// How often each figure is taken; the median is told.
    let runCount: Int
    /// Decisions of one run.
    let decisionCount: Int

    /// Every figure, in nanoseconds.
    func report() -> JSONValue {
        let decide = [20, 10_000]
            .map { count -> JSONValue in
                let table = BindingTable(compiling: BenchWorld(bindingCount: count).inputs)
                return [
                    "bindings": .integer(Int64(count)),
                    "medianNs": .integer(medianDecision(table, bindingCount: count)),
                ]
            }
        let world = BenchWorld(slotCount: 50, bindingCount: 200, connectionCount: 500)
        let compile: JSONValue = [
            "slots": 50, "bindings": 200, "connections": 500,
            "medianNs": .integer(medianCompile(world.inputs)),
        ]
        return ["decide": .array(decide), "compile": compile]
    }

    /// The median time of one decision, in nanoseconds.
    private func medianDecision(_ table: BindingTable, bindingCount: Int) -> Int64 {
        let workflows = (0..<16).map { BenchWorld.workflow($0 * 7 % bindingCount) }
        let capability = BenchWorld.capability(0)
        var allowed = 0
        let median = median {
            for turn in 0..<decisionCount {
                let resolution = table.resolve(
                    capability: capability,
                    workflow: workflows[turn % workflows.count],
                    listing: .admitted
                )
                if resolution?.winner != nil { allowed += 1 }
            }
        }
        precondition(allowed == (runCount + 1) * decisionCount, "every decision finds its winner")
        return median / Int64(decisionCount)
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
