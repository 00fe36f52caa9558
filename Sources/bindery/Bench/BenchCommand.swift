import JSON

/// `bindery bench decide`: times decisions in process, without HTTP; for `scripts/bench`.
enum BenchCommand {
    static let command = Command(
        "bench decide",
        summary: "times decisions in process",
        details: "Times decisions, alone and with their explanation, in configs of 20 to 10,000 "
            + "bindings under 0 to 1,000 rules; those of rules over attributes; and the compiling "
            + "of a config with 50 slots, 200 bindings and 500 connections. Prints one JSON "
            + "object; medians in nanoseconds.",
        flags: [
            CommandFlag(
                "--quick",
                help: "Does all of it a few times only, to see that it works; the figures say "
                    + "nothing then."
            ),
            CommandFlag(
                "--allocations",
                "FILE",
                help: "Counts allocations too: FILE is the one that the shim of "
                    + "scripts/count-allocations counts in."
            ),
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        var bench = call.arguments.isGiven("--quick") ? DecisionBench.quick : DecisionBench.full
        bench.counter = call.arguments.value(of: "--allocations").map(AllocationCounter.init)
        call.console.answer(try bench.report().serializedText)
    }
}
