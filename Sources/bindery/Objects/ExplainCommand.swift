import JSON

/// `bindery explain`: asks why a capability resolves to what it does.
enum ExplainCommand {
    static let command = Command(
        "explain",
        summary: "tells why a capability resolves as it does",
        details:
            "Asks a server for every candidate of a capability or operation, what became of it and why. "
            + "Prints the answer as JSON.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [
            LineArgument.tenantFlag,
            CommandFlag("--capability", "KEY", help: "The capability that is asked about."),
            CommandFlag("--operation", "NAME", help: "Or the operation."),
            CommandFlag("--workflow", "NAME", help: "The workflow that asks; without it, any."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        let names = ["capability", "operation"].filter { call.arguments.isGiven("--\($0)") }
        guard names.count == 1 else {
            throw .usage("explain: --capability KEY or --operation NAME, one of them")
        }
        var body: JSONObject = [:]
        for name in names + ["workflow"] {
            body[name] = call.arguments.value(of: "--\(name)").map { .string($0) }
        }
        let access = try ServerAccess(call)
        let answer = try await access.ask("POST", "\(line.path)/explain", .object(body))
        call.console.show(answer)
    }
}
