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
        call.console.answer(ApplyCommand.text(report))
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
        "Publishes a version, through all gates of the environment."
    )

    /// `bindery archive`.
    static let archive = command(
        "archive",
        "takes a version of a config out of use",
        "Archives a version; what was live is live no more."
    )

    private static func command(_ step: String, _ summary: String, _ details: String) -> Command {
        Command(
            step,
            summary: summary,
            details: details + " Prints the server's answer as JSON.",
            operand: "BLUEPRINT/ENVIRONMENT@N",
            flags: [
                LineArgument.tenantFlag,
                CommandFlag("--summary", "TEXT", help: "Why, for the history."),
                CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
            ] + ServerAccess.flags
        ) { (call) async throws(CommandFailure) in
            var body: JSONObject = [:]
            body["changeSummary"] = call.arguments.value(of: "--summary").map { .string($0) }
            call.console.answer(ApplyCommand.text(try await ask(call, step, body)))
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

/// `bindery promote`: makes a draft in another environment of what is live in one.
enum PromoteCommand {
    static let command = Command(
        "promote",
        summary: "makes a draft in another environment of what is live in one",
        details:
            "Makes a draft in the environment that --to names of what is live in this one, with its "
            + "connections replaced as --connection says. When one is left, the candidates there are "
            + "told. Prints the draft as JSON.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [
            LineArgument.tenantFlag,
            CommandFlag("--to", "ENVIRONMENT", help: "Where it goes."),
            CommandFlag(
                "--connection",
                "HERE=THERE",
                isRepeatable: true,
                help: "The connection there that takes the place of one here."
            ),
            CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        guard let target = call.arguments.value(of: "--to") else {
            throw .usage("promote: --to ENVIRONMENT says where")
        }
        var connections: JSONObject = [:]
        for text in call.arguments.values(of: "--connection") {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ IdentifierRule.isIdentifier($0.utf8) })
            else {
                throw .usage("--connection: must be HERE=THERE, the ids of two connections")
            }
            guard connections[String(parts[0])] == nil else {
                throw .usage("--connection: \(parts[0]) is given twice")
            }
            connections[String(parts[0])] = .string(String(parts[1]))
        }
        let body: JSONValue = ["to": .string(target), "connections": .object(connections)]
        let query = call.arguments.isGiven("--dry-run") ? "?dryRun=true" : ""
        let access = try ServerAccess(call)
        let draft = try await access.ask("POST", "\(line.path)/promote\(query)", body)
        call.console.answer(ApplyCommand.text(draft))
    }
}

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
            CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        guard let version = call.arguments.value(of: "--to-version").flatMap({ Int32($0) }),
            version >= 1
        else { throw .usage("rollback: --to-version N says which version, a number from 1 on") }
        var body: JSONObject = ["toVersion": .integer(Int64(version))]
        body["reason"] = call.arguments.value(of: "--reason").map { .string($0) }
        let query = call.arguments.isGiven("--dry-run") ? "?dryRun=true" : ""
        let access = try ServerAccess(call)
        let answer = try await access.ask("POST", "\(line.path)/rollback\(query)", .object(body))
        call.console.answer(ApplyCommand.text(answer))
    }
}
