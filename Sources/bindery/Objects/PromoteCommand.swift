import JSON
import Model

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
        call.console.show(draft)
    }
}
