import JSON

/// `bindery upgrade plan`: shows what another version of a blueprint does to each config.
enum UpgradePlanCommand {
    static let command = Command(
        "upgrade plan",
        summary: "shows what another version of a blueprint does to each config",
        details:
            "Shows for each tenant's config on the old version whether it can go over to the new one: "
            + "which required slots are unmet, which bindings serve nothing any more, for how many "
            + "workflows and capabilities another connection serves. Changes nothing. With --plan it "
            + "shows how far that plan is. Ends with 0 when nothing is left to be done, with 2 when "
            + "something is, and with 1 on any error, a wrong flag included.",
        operand: "BLUEPRINT",
        flags: UpgradeCall.flags,
        usageStatus: .failure
    ) { (call) async throws(CommandFailure) in
        let upgrade = try UpgradeCall(call)
        let plan = try await upgrade.plan(call.console)
        if call.arguments.isGiven("--json") {
            call.console.show(["plan": .string(plan.name), "items": .array(plan.items)])
        } else {
            show(plan.items, call.console)
            call.console.answer("Plan \(plan.name): \(summary(plan.items)).")
        }
        guard plan.items.allSatisfy(isSettled) else {
            throw CommandFailure(status: .differs, lines: [])
        }
    }

    private static let columns = [
        ("TENANT", "/tenantId"), ("ENVIRONMENT", "/environment"), ("VERDICT", "/verdict"),
        ("BASE", "/base/version"), ("UNMET", "/counts/slotsUnmet"), ("ORPHANS", "/counts/orphans"),
        ("ERRORS", "/counts/errors"), ("ACCESS", "/counts/access"), ("WHY", "/code"),
    ]
    .map { ObjectCatalog.Column($0.0, $0.1) }

    /// Writes the items as a table, and what is behind those that are blocked.
    static func show(_ items: [JSONValue], _ console: Console) {
        guard !items.isEmpty else { return }
        for line in TableText.lines(items, columns) { console.answer(line) }
        for item in items where item["verdict"] == "blocked" {
            let name = "\(item["tenantId"]?.string ?? "")/\(item["environment"]?.string ?? "")"
            for line in reasons(item) { console.answer(PlainText.of("\(name): \(line)")) }
        }
    }

    private static func reasons(_ item: JSONValue) -> [String] {
        let unmet = (item["slotsUnmet"]?.array ?? [])
            .map { slot in
                let fits = (slot["candidates"]?.array ?? []).compactMap(\.string)
                let words = fits.isEmpty ? "no connection fits" : fits.joined(separator: ", ")
                return "the slot \(slot["slotId"]?.string ?? "") is unmet: \(words)"
            }
        let orphans = (item["orphans"]?.array ?? [])
            .map { orphan in
                "the binding \(orphan["pointer"]?.string ?? "") of "
                    + "\(orphan["connectionId"]?.string ?? "") serves nothing: "
                    + "\(orphan["reason"]?.string ?? "")"
            }
        let errors = (item["errors"]?.array ?? [])
            .map {
                "\($0["pointer"]?.string ?? "") \($0["code"]?.string ?? "") \($0["detail"]?.string ?? "")"
            }
        return unmet + orphans + errors
    }

    /// How many items have which verdict.
    static func summary(_ items: [JSONValue], by member: String = "verdict") -> String {
        let counts = Dictionary(grouping: items) { $0[member]?.string ?? "" }.mapValues(\.count)
        guard !counts.isEmpty else { return "no config is of the old version" }
        return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }

    private static func isSettled(_ item: JSONValue) -> Bool {
        item["verdict"] == "done" || item["verdict"] == "nothing-to-do"
    }
}
