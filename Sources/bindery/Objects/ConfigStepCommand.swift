import JSON
import Model

/// The commands that judge a version of a config or take it a step on.
enum ConfigStepCommand {
    /// `bindery validate`: ends with 1 when the version has errors.
    static let validate = Command(
        "validate",
        summary: "tells what is wrong with a version of a config",
        details:
            "Asks a server for the report of a version and prints it as JSON. Ends with 1 when there "
            + "is an error in it.",
        operand: "BLUEPRINT/ENVIRONMENT@N",
        flags: [LineArgument.tenantFlag] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let report = try await ask(call, "validate", [:])
        call.console.show(report)
        if report["valid"] != true { throw CommandFailure(status: .failure, lines: []) }
    }

    /// `bindery preview`.
    static let preview = command(
        "preview",
        "makes a version of a config the preview",
        "Makes a version the preview, which goes first outside production."
    )

    /// `bindery publish`.
    static let publish = command(
        "publish",
        "makes a version of a config live",
        "Publishes a version, through all gates of the environment.",
        flags: [breakGlass]
    )

    /// What skips approvals.
    static let breakGlass = CommandFlag(
        "--break-glass",
        "REASON",
        help: "Goes live without the approvals that the environment asks for; everybody is told."
    )

    /// `bindery archive`.
    static let archive = command(
        "archive",
        "takes a version of a config out of use",
        "Archives a version; what was live is live no more."
    )

    private static func command(
        _ step: String,
        _ summary: String,
        _ details: String,
        flags: [CommandFlag] = []
    ) -> Command {
        Command(
            step,
            summary: summary,
            details: details + " Prints the server's answer as JSON.",
            operand: "BLUEPRINT/ENVIRONMENT@N",
            flags: [
                LineArgument.tenantFlag,
                CommandFlag("--summary", "TEXT", help: "Why, for the history."),
                CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
            ] + flags + ServerAccess.flags
        ) { (call) async throws(CommandFailure) in
            var body: JSONObject = [:]
            body["changeSummary"] = call.arguments.value(of: "--summary").map { .string($0) }
            if let reason = call.arguments.value(of: breakGlass.name) {
                body["breakGlass"] = ["reason": .string(reason)]
            }
            call.console.show(try await ask(call, step, body))
        }
    }

    private static func ask(
        _ call: Command.Call,
        _ step: String,
        _ body: JSONObject
    ) async throws(CommandFailure) -> JSONValue {
        let line = try LineArgument(call, withVersion: true)
        let query = call.arguments.isGiven("--dry-run") ? "?dryRun=true" : ""
        return try await ServerAccess(call)
            .ask(
                "POST",
                "\(line.path)/versions/\(line.version ?? 0)/\(step)\(query)",
                body.isEmpty ? nil : .object(body)
            )
    }
}
