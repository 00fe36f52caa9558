import Audit
import JSON
import Model

/// `bindery bench audit`: fills an audit trail and times pages of it, for `scripts/bench-audit`.
enum BenchAuditCommand {
    private static let recordCounts = 1000...100_000_000

    static let command = Command(
        "bench audit",
        summary: "times pages of a long audit trail",
        details:
            "Writes records into the audit trail of a new data folder, or takes the one that is "
            + "there: most of them calls of one tenant, one in ten thousand of a rare connection, "
            + "a hundred of another tenant. Then opens it as a start does, and reads the pages "
            + "that a file asks for. Prints one JSON object; times in microseconds.",
        flags: [
            CommandFlag("--data", "DIR", help: "The data folder to make, or to read again."),
            CommandFlag("--records", "N", help: "How many records. [default: 10000000]"),
            CommandFlag(
                "--queries",
                "FILE",
                help: "The pages: a JSON array of objects, with the parameters of a list."
            ),
        ],
        isHidden: true
    ) { (call) async throws(CommandFailure) in
        guard let path = call.arguments.value(of: "--data") else {
            throw .usage("bench audit: --data DIR says where")
        }
        guard let count = Int(call.arguments.value(of: "--records") ?? "10000000"),
            recordCounts.contains(count)
        else {
            throw .usage(
                "--records: must be a number from \(recordCounts.lowerBound) to "
                    + "\(recordCounts.upperBound)"
            )
        }
        var queries: [AuditBenchQuery] = []
        if let file = call.arguments.value(of: "--queries") {
            queries = try AuditBenchQuery.read(file)
        }
        do throws(AuditError) {
            let bench = AuditBench(
                folder: "\(path)/audit",
                recordCount: count,
                queries: queries
            )
            call.console.answer(try await bench.report().serializedText)
        } catch {
            throw .failed(error.detail)
        }
    }
}
