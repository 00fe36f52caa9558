import JSON

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
            call.console.show(["items": .array(list.items)])
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
