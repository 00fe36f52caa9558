import Model

/// Whose rule it is; a permit gate is judged at its own level (API section 10).
enum PolicyLevel: Sendable, Hashable {
    case platform
    case tenant
}

/// One enabled rule, without its document.
struct PolicyRuleMatcher: Sendable, Hashable {
    let id: PolicyID
    let level: PolicyLevel
    let effect: PolicyRule.Effect
    let match: PolicyRule.Match

    init(_ rule: PolicyRule, _ level: PolicyLevel) {
        self.id = rule.id
        self.level = level
        self.effect = rule.effect
        self.match = rule.match
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
