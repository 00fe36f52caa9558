/// `bindery diff`: tells how a server differs from files.
enum DiffCommand {
    static let command = Command(
        "diff",
        summary: "shows how a server differs from files",
        details:
            "Shows what 'apply' would do, and changes nothing. All rules are asked, and all gates but those "
            + "that look outside of the store (health, secrets), so that what would be refused is refused "
            + "here; a plan that waits for approvals is shown, and says so. Ends with 0 when nothing "
            + "differs, with 2 when something does, and with 1 on any error, a wrong flag included.",
        flags: [
            SetSource.flag,
            CommandFlag("--prune", help: "Also shows what 'apply --prune' would remove."),
            CommandFlag(
                "--label",
                "NAME=VALUE",
                help: "Narrows --prune to what has this label in its metadata.labels."
            ),
            CommandFlag("--json", help: "Prints the server's answer instead."),
        ] + ServerAccess.flags,
        usageStatus: .failure
    ) { (call) async throws(CommandFailure) in
        let planned = try await SetCall(call).plan()
        if call.arguments.isGiven("--json") {
            call.console.show(planned.json)
        } else {
            ApplyCommand.showPlan(planned, call)
        }
        if planned.plan.differs { throw CommandFailure(status: .differs, lines: []) }
    }
}
