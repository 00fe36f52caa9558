import JSON
import Model

/// `bindery upgrade run`: takes configs over to another version of their blueprint.
enum UpgradeRunCommand {
    static let command = Command(
        "upgrade run",
        summary: "takes configs over to another version of their blueprint",
        details:
            "Takes over the configs of a plan, one by one, each through the gates that every publish "
            + "passes. With --plan those of that plan; otherwise it plans, shows the plan, and asks; "
            + "without a terminal only with --yes. It can be broken off: what is done is done, and the "
            + "same command with the same --plan does the rest. Ends with 0 when all of it is done, "
            + "with 2 when some configs are blocked or were changed meanwhile, and with 1 on any error.",
        operand: "BLUEPRINT",
        flags: [
            CommandFlag("--publish", help: "Publishes; otherwise drafts are made."),
            CommandFlag("--reason", "TEXT", help: "Why, for the histories."),
            CommandFlag("--dry-run", help: "Answers what would be, and changes nothing."),
            CommandFlag("--yes", help: "Does it without asking."),
        ] + UpgradeCall.flags,
        usageStatus: .failure
    ) { (call) async throws(CommandFailure) in
        try await run(call)
    }

    private static func run(_ call: Command.Call) async throws(CommandFailure) {
        let upgrade = try UpgradeCall(call)
        let isDryRun = call.arguments.isGiven("--dry-run")
        let plan = try await plan(upgrade, isDryRun: isDryRun, call)
        guard let plan else { return }
        let items = try await pages(of: plan, upgrade, isDryRun: isDryRun, call)
        if call.arguments.isGiven("--json") {
            call.console.show(["plan": .string(plan), "items": .array(items)])
        } else {
            show(items, call.console)
            let summary = UpgradePlanCommand.summary(items, by: "outcome")
            call.console.answer(
                "Plan \(plan): \(summary)\(isDryRun ? "; nothing was changed" : "")."
            )
        }
        let outcomes = Set(items.compactMap { $0["outcome"]?.string })
        if outcomes.contains("failed") { throw CommandFailure(status: .failure, lines: []) }
        if !outcomes.isDisjoint(with: ["blocked", "conflict"]) {
            throw CommandFailure(status: .differs, lines: [])
        }
    }

    /// The plan that is run; nil when there is nothing to do.
    private static func plan(
        _ upgrade: UpgradeCall,
        isDryRun: Bool,
        _ call: Command.Call
    ) async throws(CommandFailure) -> String? {
        if let name = call.arguments.value(of: "--plan") { return name }
        let (console, isJSON) = (call.console, call.arguments.isGiven("--json"))
        let plan = try await upgrade.plan(console)
        if !isJSON { UpgradePlanCommand.show(plan.items, console) }
        let summary = UpgradePlanCommand.summary(plan.items)
        console.report("Plan \(plan.name): \(summary).")
        guard !plan.items.isEmpty else {
            if isJSON { console.show(["plan": .string(plan.name), "items": []]) }
            return nil
        }
        guard !isDryRun, !call.arguments.isGiven("--yes") else { return plan.name }
        guard console.terminals.input, console.terminals.error else {
            throw .failed("--yes, or --plan \(plan.name), says to do it; nothing was changed")
        }
        guard console.confirms("Take over \(plan.items.count) configs, listed above?") else {
            throw .failed("nothing was changed")
        }
        return plan.name
    }

    private static func pages(
        of plan: String,
        _ upgrade: UpgradeCall,
        isDryRun: Bool,
        _ call: Command.Call
    ) async throws(CommandFailure) -> [JSONValue] {
        var body: JSONObject = ["to": upgrade.to.json, "plan": .string(plan)]
        if !upgrade.tenants.isEmpty {
            body["tenants"] = .array(upgrade.tenants.map { .string($0) })
        }
        if !upgrade.environments.isEmpty {
            body["environments"] = .array(upgrade.environments.map { .string($0) })
        }
        if call.arguments.isGiven("--publish") { body["publish"] = true }
        if upgrade.dropsOrphans { body["dropOrphans"] = true }
        body["reason"] = call.arguments.value(of: "--reason").map { .string($0) }
        var items: [JSONValue] = []
        var cursor: String?
        repeat {
            let answer: APIClient.Answer
            do throws(CommandFailure) {
                answer = try await upgrade.run(body, isDryRun: isDryRun, after: cursor)
                guard answer.isSuccess else { throw answer.refusal }
            } catch {
                call.console.showProgress("")
                throw items.isEmpty ? error : unfinished(error, items.count, plan)
            }
            items += answer.json?["items"]?.array ?? []
            call.console.showProgress("\(items.count) configs looked at")
            cursor = answer.json?["nextCursor"]?.string
        } while cursor != nil
        call.console.showProgress("")
        return items
    }

    private static func unfinished(
        _ failure: CommandFailure,
        _ count: Int,
        _ plan: String
    ) -> CommandFailure {
        let words = "what was done of the first \(count) configs is done: --plan \(plan) goes on"
        return CommandFailure(status: failure.status, lines: failure.lines + [words])
    }

    private static let columns = [
        ("TENANT", "/tenantId"), ("ENVIRONMENT", "/environment"), ("OUTCOME", "/outcome"),
        ("BASE", "/base"), ("VERSION", "/version"), ("WHY", "/code"), ("DETAIL", "/detail"),
    ]
    .map { ObjectCatalog.Column($0.0, $0.1) }

    private static func show(_ items: [JSONValue], _ console: Console) {
        guard !items.isEmpty else { return }
        for line in TableText.lines(items, columns) { console.answer(line) }
    }
}
