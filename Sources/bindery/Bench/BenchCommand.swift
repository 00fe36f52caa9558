import JSON

/// `bindery bench decide`: times decisions in process, without HTTP; for `scripts/bench`.
enum BenchCommand {
    static let command = Command(
        "bench decide",
        summary: "times decisions in process",
        details: "Times resolve-and-decide, with its reasons, in a config of 20 and of 10,000 "
            + "bindings, and the compiling of a config with 50 slots, 200 bindings and 500 "
            + "connections. Prints one JSON object; medians in nanoseconds.",
        flags: [
            CommandFlag(
                "--quick",
                help: "Does all of it a few times only, to see that it works; the figures say "
                    + "nothing then."
            )
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        let bench = call.arguments.isGiven("--quick") ? DecisionBench.quick : DecisionBench.full
        call.console.answer(bench.report().serializedText)
    }
}
