import JSON
import Model

/// `bindery get`: reads objects of a server.
enum GetCommand {
    private static let names = ObjectCatalog.all.map(\.name)

    static let command = Command(
        "get",
        summary: "reads objects of a server",
        details:
            "Reads the list of a kind, or one object of it: " + names.joined(separator: ", ")
            + ". An ID of specs is KEY@VERSION, of configs BLUEPRINT/ENVIRONMENT@N, of entities "
            + "TYPE/ID; without the version the list of versions is read. Prints JSON; a list on a terminal is a table.",
        operands: ["KIND", "[ID]"],
        flags: [
            CommandFlag(
                "--tenant",
                "TENANT",
                help: "The tenant whose objects are read; policies and keys without it are the "
                    + "platform's."
            ),
            CommandFlag(
                "--filter",
                "NAME=VALUE",
                isRepeatable: true,
                help: "A filter of the list, as the API has it, such as environment=production."
            ),
            ListFlags.limit, ListFlags.json,
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        guard let kind = call.arguments.operand else {
            throw .usage("get: KIND says what: " + names.joined(separator: ", "))
        }
        guard
            let catalog = ObjectCatalog.all.first(where: {
                $0.name == kind || $0.name == kind + "s"
            })
        else {
            let nearest = Spelling.nearest(to: kind, in: names).map { " (did you mean \($0)?)" }
            throw .usage(
                "get: there is no kind '\(kind)'\(nearest ?? ""): "
                    + names.joined(separator: ", ")
            )
        }
        guard call.arguments.operands.count > 1 else {
            return try await ListFlags.show(
                catalog.path(call),
                catalog.columns,
                try query(call),
                call
            )
        }
        let path = try catalog.path(of: call.arguments.operands[1], call)
        if path.hasSuffix("/versions") {
            let columns =
                kind.hasPrefix("config") ? ObjectCatalog.versions.columns : catalog.columns
            return try await ListFlags.show(path, columns, try query(call), call)
        }
        let object = try await ServerAccess(call).ask("GET", path)
        call.console.show(object)
    }

    private static func query(_ call: Command.Call) throws(CommandFailure) -> QueryText {
        var query = QueryText()
        for filter in call.arguments.values(of: "--filter") {
            let parts = filter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, IdentifierRule.isIdentifier(parts[0].utf8),
                parts[0] != "limit", parts[0] != "cursor"
            else { throw .usage("--filter: must be NAME=VALUE, such as status=active") }
            query.add(String(parts[0]), String(parts[1]))
        }
        return query
    }
}
