import JSON
import Model
import Policy

/// `bindery bench world`: prints what `bench decide` decides from, so that another engine can be
/// asked the same in the same run; for `scripts/bench`.
enum BenchWorldCommand {
    private static let bindingCounts = 1...10_000
    private static let ruleCounts = 0...1000
    private static let connectionCount = 20

    static let command = Command(
        "bench world",
        summary: "prints the config and the rules of a benchmark",
        details:
            "Prints one JSON object: the config, its connections, the guardrails and the rules "
            + "over attributes of `bench decide`, and what is asked of them.",
        flags: [
            CommandFlag("--bindings", "N", help: "How many bindings. [default: 20]"),
            CommandFlag("--rules", "N", help: "How many rules of each kind. [default: 10]"),
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        let bindings = try count("--bindings", bindingCounts, 20, call.arguments)
        let rules = try count("--rules", ruleCounts, 10, call.arguments)
        call.console.answer(world(bindings, rules).serializedText)
    }

    private static func count(
        _ flag: String,
        _ range: ClosedRange<Int>,
        _ usual: Int,
        _ arguments: CommandArguments
    ) throws(CommandFailure) -> Int {
        guard let text = arguments.value(of: flag) else { return usual }
        guard let count = Int(text), range.contains(count) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw .usage("\(flag): must be a number from \(bounds)")
        }
        return count
    }

    private static func world(_ bindingCount: Int, _ ruleCount: Int) -> JSONValue {
        func documents(_ rules: [PolicyRule]) -> JSONValue {
            .array(rules.map { .object($0.document.object) })
        }
        return [
            "config": BenchWorld.config(1, bindingCount, connectionCount),
            "connections": .array((0..<connectionCount).map { BenchWorld.connection($0) }),
            "spec": BenchWorld.spec(1),
            "guardrails": documents(BenchWorld.guardrails(ruleCount)),
            "workflows": .array(
                DecisionBench.workflows(bindingCount).map { .string($0.text) }
            ),
            "attributeRules": documents(BenchWorld.attributeRules(ruleCount)),
            "question": BenchWorld.attributeQuestionJSON,
        ]
    }
}
