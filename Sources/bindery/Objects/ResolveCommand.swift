import JSON

/// `bindery resolve`: asks what each capability resolves to.
enum ResolveCommand {
    static let command = Command(
        "resolve",
        summary: "tells what the capabilities of a config resolve to",
        details:
            "Asks a server for the live config of a tenant's app: for each capability the connection "
            + "that serves it, the merged settings, and the fallbacks. Prints the answer as JSON.",
        operand: "BLUEPRINT/ENVIRONMENT",
        flags: [
            LineArgument.tenantFlag,
            CommandFlag("--workflow", "NAME", help: "The workflow that asks; without it, any."),
            CommandFlag("--stage", "STAGE", help: "preview: what the newest preview would give."),
            CommandFlag("--at-revision", "N", help: "As it was at this revision of the store."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        let line = try LineArgument(call)
        var query = QueryText()
        query.add("workflow", call.arguments.value(of: "--workflow"))
        query.add("stage", call.arguments.value(of: "--stage"))
        query.add("atRevision", call.arguments.value(of: "--at-revision"))
        let answer = try await ServerAccess(call).ask("GET", "\(line.path)/resolved\(query.text)")
        call.console.show(answer)
    }
}
