import JSON
import Platform

/// A plan as a person reads it: a line for each object that changes, and below it one for each place.
struct PlanText {
    /// The longest value that is shown whole, in characters.
    static let valueLengthMax = 120

    /// Whether colours help: on a terminal, unless somebody wants none (https://no-color.org).
    let isColored: Bool

    /// How a call's output is written.
    init(_ call: Command.Call) {
        let wantsNone = !(call.environment.text(of: "NO_COLOR") ?? "").isEmpty
        isColored = call.console.terminals.output && !wantsNone
    }

    /// The plan's lines.
    func lines(_ plan: SetPlan) -> [String] { plan.entries.flatMap { lines($0) } }

    private func lines(_ entry: SetPlan.Entry) -> [String] {
        let (sign, color) =
            switch entry.action {
            case .create: ("+", 32)
            case .update: ("~", 33)
            case .delete: ("-", 31)
            case .unchanged: ("!", 35)
            }
        let verb = entry.action == .unchanged ? "leave" : entry.action.rawValue
        let head = "\(sign) \(verb) \(PlainText.of(entry.name))"
        let values = entry.values.filter {
            // A list's items are told by what they are where the server says so.
            entry.bindings == nil || $0["pointer"]?.string?.hasPrefix("/integrations/") != true
        }
        let below = values.map { line($0) } + (entry.bindings ?? []).flatMap { bindingLines($0) }
        let more = entry.bindingsAreCut ? ["… and more bindings"] : []
        let all = below + more + entry.drift.map { driftLine($0) } + gateLines(entry.gates)
        return [colored(head, color)] + all.map { "    " + $0 }
    }

    /// What the gates say: those that stop nothing together, any other one with its reason.
    private func gateLines(_ gates: [SetPlan.Entry.Gate]) -> [String] {
        func names(_ verdict: String) -> String {
            gates.filter { $0.verdict == verdict }.map { PlainText.of($0.name) }
                .joined(separator: ", ")
        }
        let quiet = [("passed", "passed"), ("notRequired", "not required")]
        let together = quiet.compactMap { verdict, words in
            let names = names(verdict)
            return names.isEmpty ? nil : "gates \(words): \(names)"
        }
        let others = gates.filter { gate in !quiet.contains { $0.0 == gate.verdict } }
        return together
            + others.map { gate in
                let head = "gate \(PlainText.of(gate.name)) \(PlainText.of(gate.verdict))"
                return gate.reason.map { "\(colored(head, 33)): \(PlainText.of($0))" } ?? head
            }
    }

    /// What the files say and the server has, and that it stays so.
    private func driftLine(_ drift: JSONValue) -> String {
        func text(_ name: String) -> String {
            PlainText.of(drift[name]?.serializedText ?? "nothing")
        }
        return "\(PlainText.of(drift["pointer"]?.string ?? "")): is "
            + "\(colored(text("found"), 35)), the files say \(text("wished")); a status is moved by "
            + "pause, resume and revoke alone, and left as it is"
    }

    private func bindingLines(_ binding: JSONValue) -> [String] {
        func text(_ name: String) -> String { PlainText.of(binding[name]?.string ?? "") }
        let name = "binding of \(text("slotId")) to \(text("connectionId"))"
        switch binding["action"]?.string {
        case "add": return ["\(name): \(colored("added", 32))"]
        case "remove": return ["\(name): \(colored("removed", 31))"]
        case "move":
            let places = ["before", "after"].map { (binding[$0]?.integer ?? 0) + 1 }
            return ["\(name): moved from place \(places[0]) to \(places[1])"]
        default: return (binding["fields"]?.array ?? []).map { "\(name) \(line($0))" }
        }
    }

    private func line(_ field: JSONValue) -> String {
        let pointer = PlainText.of(field["pointer"]?.string ?? "")
        let before = side(field, "before")
        let after = side(field, "after")
        switch (before, after) {
        case (let before?, let after?):
            return "\(pointer): \(colored(before, 31)) → \(colored(after, 32))"
        case (nil, let after?): return "\(pointer): added \(colored(after, 32))"
        case (let before?, nil): return "\(pointer): removed \(colored(before, 31))"
        case (nil, nil): return pointer
        }
    }

    /// The value in a side of a change; nil when there is none.
    private func side(_ field: JSONValue, _ name: String) -> String? {
        if let count = field["\(name)ByteCount"]?.integer { return "(\(count) bytes)" }
        guard let value = field[name] else { return nil }
        let text = PlainText.of(value.serializedText)
        guard text.count > Self.valueLengthMax else { return text }
        return text.prefix(Self.valueLengthMax) + "…"
    }

    private func colored(_ text: String, _ color: Int) -> String {
        isColored ? "\u{1B}[\(color)m\(text)\u{1B}[0m" : text
    }
}
