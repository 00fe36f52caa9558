import JSON

/// `bindery bench execute`: measures calls of a provider; for `scripts/bench-execute`.
enum ExecuteBenchCommand {
    private static let callCounts = 1...10_000_000

    static let command = Command(
        "bench execute",
        summary: "measures calls of a provider",
        details: "Calls a provider at 1, 64 and 512 calls at a time, by the outbound client alone "
            + "and through the executor with its audit in a folder. Prints one JSON object; times "
            + "in microseconds. The variable BINDERY_SECRET_BENCH holds the provider's key.",
        flags: [
            CommandFlag("--provider", "URL", help: "The provider; answers every POST with 200."),
            CommandFlag("--calls", "N", help: "Calls of each case. [default: 20000]"),
            CommandFlag("--data", "DIR", help: "The folder of the audit trail to make."),
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        guard let provider = call.arguments.value(of: "--provider"),
            let folder = call.arguments.value(of: "--data")
        else { throw .usage("bench execute: --provider URL and --data DIR say what and where") }
        guard let count = Int(call.arguments.value(of: "--calls") ?? "20000"),
            callCounts.contains(count)
        else { throw .usage("--calls: must be a number from 1 to \(callCounts.upperBound)") }
        let bench = ExecuteBench(provider: provider, callCount: count, folder: folder)
        call.console.answer(try await bench.report().serializedText)
    }
}
