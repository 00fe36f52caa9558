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
            + ". An ID of specs is KEY@VERSION, of configs BLUEPRINT/ENVIRONMENT@N; without the version "
            + "the list of versions is read. Prints JSON; a list on a terminal is a table.",
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
        call.console.answer(ApplyCommand.text(object))
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

/// How a command shows a list.
enum ListFlags {
    static let limit = CommandFlag(
        "--limit",
        "N",
        help: "The most items that are read. [default: \(ObjectList.countMax)]"
    )
    static let json = CommandFlag("--json", help: "Prints a list as JSON on a terminal too.")

    /// Reads the list at a path and shows it: a table on a terminal, else JSON.
    static func show(
        _ path: String,
        _ columns: [ObjectCatalog.Column],
        _ query: QueryText,
        _ call: Command.Call
    ) async throws(CommandFailure) {
        let limit = try count(call.arguments)
        let list = try await ObjectList.read(path, query, limit: limit, ServerAccess(call))
        if call.console.terminals.output, !call.arguments.isGiven(json.name) {
            for line in TableText.lines(list.items, columns) { call.console.answer(line) }
        } else {
            call.console.answer(ApplyCommand.text(["items": .array(list.items)]))
        }
        if list.hasMore {
            call.console.report("bindery: there are more than these \(list.items.count)")
        }
    }

    private static func count(_ arguments: CommandArguments) throws(CommandFailure) -> Int {
        guard let text = arguments.value(of: limit.name) else { return ObjectList.countMax }
        guard let count = Int(text), (1...ObjectList.countMax).contains(count) else {
            throw .usage("--limit: must be a number from 1 to \(ObjectList.countMax)")
        }
        return count
    }
}

/// `bindery versions`: reads the versions of a config.
enum VersionsCommand {
    static let command = Command(
        "versions",
        summary: "reads the versions of a config",
        details: "Reads the versions of a tenant's config for a blueprint in an environment.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [LineArgument.tenantFlag, ListFlags.limit, ListFlags.json] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        let columns = ObjectCatalog.versions.columns
        try await ListFlags.show(line.path + "/versions", columns, QueryText(), call)
    }
}
