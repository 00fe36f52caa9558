import JSON
import Model

/// Whose rule it is; a permit gate is judged at its own level (API section 10).
enum PolicyLevel: String, Sendable, Hashable {
    case platform
    case tenant
}

/// One enabled rule over calls, without its document; a reference, since every offer that it
/// concerns, and every decision that it has a part in, keeps it.
final class PolicyRuleMatcher: Sendable {
    let id: PolicyID
    let level: PolicyLevel
    let effect: PolicyRule.Effect
    let match: PolicyRule.Match
    /// Its place among all rules, the platform's first.
    let ordinal: Int

    init(_ rule: PolicyRule, _ level: PolicyLevel, ordinal: Int) {
        self.id = rule.id
        self.level = level
        self.effect = rule.effect
        self.match = rule.match
        self.ordinal = ordinal
    }

    /// Whether the lists that need no connection match; an empty list matches all.
    func concerns(_ offer: PolicyOffer) -> Bool {
        Self.admits(match.environments, offer.environment)
            && Self.admits(match.categories, offer.category)
            && Self.admits(match.integrations, offer.integration.text)
            && Self.admits(match.slots, offer.slot.text)
            && Self.admits(match.operations, offer.operation.text)
    }

    /// Whether the lists about the connection match.
    func concerns(_ connection: ConnectionID, _ mode: OwnershipMode) -> Bool {
        Self.admits(match.ownershipModes, mode)
            && Self.admits(match.connections, connection.text)
    }

    /// Whether the list of workflows matches; without a workflow only an empty list does.
    func admits(_ workflow: WorkflowName?) -> Bool {
        guard let workflow else { return match.workflows.isEmpty }
        return Self.admits(match.workflows, workflow.text)
    }

    private static func admits(_ patterns: [Pattern], _ name: String) -> Bool {
        patterns.isEmpty || patterns.contains { $0.matches(name) }
    }

    private static func admits<Name: Equatable>(_ names: [Name], _ name: Name) -> Bool {
        names.isEmpty || names.contains(name)
    }
}

extension PolicyRuleMatcher: Hashable {
    /// Whether both say the same, wherever they were compiled.
    static func == (left: PolicyRuleMatcher, right: PolicyRuleMatcher) -> Bool {
        left === right
            || left.id == right.id && left.level == right.level && left.effect == right.effect
                && left.match == right.match
    }

    func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension PolicyRuleMatcher {
    /// The entry of each list that matched the call; an empty list, which matches all, tells
    /// nothing.
    ///
    /// Of a permit that keeps the workflow out its `workflows` tell nothing either.
    func matched(_ call: PolicyCall, _ workflow: WorkflowName?) -> JSONObject {
        var object: JSONObject = [:]
        func tell(_ list: String, _ patterns: [Pattern], _ name: String?) {
            guard let name, let entry = patterns.first(where: { $0.matches(name) }) else { return }
            object[list] = .string(entry.text)
        }
        let offer = call.offer
        tell("workflows", match.workflows, workflow?.text)
        tell("operations", match.operations, offer.operation.text)
        tell("integrations", match.integrations, offer.integration.text)
        if !match.categories.isEmpty { object["categories"] = .string(offer.category.text) }
        tell("connections", match.connections, call.connection.text)
        tell("slots", match.slots, offer.slot.text)
        if !match.environments.isEmpty { object["environments"] = .string(offer.environment.text) }
        if !match.ownershipModes.isEmpty { object["ownershipModes"] = .string(call.mode.rawValue) }
        return object
    }
}
