import JSON

/// `bindery rollback`: publishes an old version anew.
enum RollbackCommand {
    static let command = Command(
        "rollback",
        summary: "publishes an old version of a config anew",
        details:
            "Makes a new version of an old one, judges it against what is there today, and publishes "
            + "it. Prints it as JSON.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [
            LineArgument.tenantFlag,
            CommandFlag("--to-version", "N", help: "The version whose content is wanted back."),
            CommandFlag("--reason", "TEXT", help: "Why, for the history."),
            ConfigStepCommand.breakGlass,
            CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        guard let version = call.arguments.value(of: "--to-version").flatMap({ Int32($0) }),
            version >= 1
        else { throw .usage("rollback: --to-version N says which version, a number from 1 on") }
        var body: JSONObject = ["toVersion": .integer(Int64(version))]
        body["reason"] = call.arguments.value(of: "--reason").map { .string($0) }
        if let reason = call.arguments.value(of: ConfigStepCommand.breakGlass.name) {
            body["breakGlass"] = ["reason": .string(reason)]
        }
        let query = call.arguments.isGiven("--dry-run") ? "?dryRun=true" : ""
        let access = try ServerAccess(call)
        let answer = try await access.ask("POST", "\(line.path)/rollback\(query)", .object(body))
        call.console.show(answer)
    }
}
