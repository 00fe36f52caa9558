import JSON

/// `bindery apply`: brings about on a server what files say.
enum ApplyCommand {
    static let command = Command(
        "apply",
        summary: "brings about what files say, all of it or nothing",
        details:
            "Reads objects from files as 'check' does, shows what would become of each on the server, "
            + "and brings it about, all of it or nothing. What is there already is left alone, so that "
            + "it can be done again. When somebody changes the store in between, the plan is made "
            + "anew, and when it is another one, nothing is done.",
        flags: [
            SetSource.flag,
            CommandFlag("--dry-run", help: "Shows the plan and changes nothing."),
            CommandFlag(
                "--prune",
                help:
                    "Also removes what is of the kinds and tenants of these objects and not among "
                    + "them. Lists it, and asks; without a terminal only with --yes."
            ),
            CommandFlag(
                "--label",
                "NAME=VALUE",
                help: "Narrows --prune to what has this label in its metadata.labels."
            ),
            CommandFlag("--yes", help: "Removes what --prune lists without asking."),
            CommandFlag(
                "--if-revision",
                "N",
                help:
                    "Does nothing unless the store is at this revision: the one that a reviewed plan "
                    + "was made at."
            ),
            CommandFlag("--json", help: "Prints the server's answer instead."),
        ] + ServerAccess.flags
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    /// How often a plan is made anew for a store that moves on.
    private static let planCountMax = 5

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let reviewed = try revision(call.arguments)
        let set = try SetCall(call)
        var planned = try await set.plan(at: reviewed)
        let isDryRun = call.arguments.isGiven("--dry-run")
        guard !isDryRun, planned.plan.changesAnything else {
            return show(planned, isDryRun ? "Nothing was changed." : "Nothing to do.", call)
        }
        let isJSON = call.arguments.isGiven("--json")
        if !isJSON { showPlan(planned, call) }
        try check(planned.plan)
        try confirm(planned.plan, call)
        for _ in 1...planCountMax {
            if let done = try await set.apply(at: planned.revision) {
                let words = "Applied at revision \(done.revision)."
                return isJSON ? call.console.show(done.json) : call.console.answer(words)
            }
            guard reviewed == nil else { break }
            let next = try await set.plan()
            guard next.plan == planned.plan else {
                throw .failed(
                    "the store has moved on from revision \(planned.revision) to \(next.revision), and "
                        + "the plan is another one now; nothing was changed: look at it again"
                )
            }
            planned = next
        }
        throw .failed(
            "the store has moved on from revision \(planned.revision); nothing was changed"
        )
    }

    /// Refuses what the server would refuse, before anybody is asked about it.
    private static func check(_ plan: SetPlan) throws(CommandFailure) {
        guard !plan.obstacles.isEmpty else { return }
        let lines = plan.obstacles.prefix(100)
            .map { "\(PlainText.of($0.name)): \(PlainText.of($0.code))" }
        throw CommandFailure(
            status: .failure,
            lines: lines + ["the set would be refused; nothing was changed"]
        )
    }

    private static func revision(_ arguments: CommandArguments) throws(CommandFailure) -> Int64? {
        guard let text = arguments.value(of: "--if-revision") else { return nil }
        guard let revision = Int64(text), revision >= 0 else {
            throw .usage("--if-revision: must be a number that is not negative")
        }
        return revision
    }

    private static func show(_ planned: SetCall.Planned, _ words: String, _ call: Command.Call) {
        guard !call.arguments.isGiven("--json") else {
            return call.console.show(planned.json)
        }
        showPlan(planned, call)
        call.console.answer(words)
    }

    /// Writes the plan, and the revision that it was made at.
    static func showPlan(_ planned: SetCall.Planned, _ call: Command.Call) {
        for line in PlanText(call).lines(planned.plan) { call.console.answer(line) }
        call.console.answer("Plan at revision \(planned.revision): \(planned.plan.summary).")
    }

    /// Asks before something is removed.
    private static func confirm(_ plan: SetPlan, _ call: Command.Call) throws(CommandFailure) {
        let removals = plan.entries.filter { $0.action == .delete }
        guard !removals.isEmpty, !call.arguments.isGiven("--yes") else { return }
        let console = call.console
        if call.arguments.isGiven("--json") {
            // The answer's stream is a machine's; what goes is listed all the same.
            for entry in removals { console.report("- delete \(PlainText.of(entry.name))") }
        }
        guard console.terminals.input, console.terminals.error else {
            throw .failed(
                "--prune would remove \(removals.count) objects, listed above: --yes says to do it; "
                    + "nothing was changed"
            )
        }
        guard console.confirms("Remove \(removals.count) objects, listed above?") else {
            throw .failed("nothing was changed")
        }
    }
}
