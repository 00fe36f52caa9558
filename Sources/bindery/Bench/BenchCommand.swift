import JSON
import Model
import Platform
import Resolver

/// `bindery bench decide`: times decisions in process, without HTTP; for `scripts/bench`.
enum BenchCommand {
    /// How often each figure is taken; the median is told.
    static let runCount = 15
    /// Decisions of one run.
    static let decisionCount = 20_000

    static let command = Command(
        "bench decide",
        summary: "times decisions in process",
        details: "Times resolve-and-decide, with its reasons, in a config of 20 and of 10,000 "
            + "bindings, and the compiling of a config with 50 slots, 200 bindings and 500 "
            + "connections. Prints one JSON object; medians in nanoseconds.",
        isHidden: true
    ) { (call) async throws(CommandFailure) in
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
        let report: JSONValue = ["decide": .array(decide), "compile": compile]
        call.console.answer(report.serializedText)
    }

    /// The median time of one decision, in nanoseconds.
    private static func medianDecision(_ table: BindingTable, bindingCount: Int) -> Int64 {
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
    private static func medianCompile(_ inputs: ResolverInputs) -> Int64 {
        median { _ = BindingTable(compiling: inputs).missingSlots }
    }

    /// The median of several runs, after one that warms up.
    private static func median(_ run: () -> Void) -> Int64 {
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
