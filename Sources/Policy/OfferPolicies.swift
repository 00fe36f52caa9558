public import Model

/// The rules that can have a say in the calls of one offer.
///
/// Compiled once for each offer of a config, so that a decision looks at these rules alone; and
/// where they are many, only at those whose workflows can match.
public struct OfferPolicies: Sendable {
    /// Up to so many rules are looked at one by one, which is quicker than finding them.
    private static let scannedCountMax = 8

    let rules: [PolicyRuleMatcher]
    /// The rules by the workflows that they list; nil when there are few.
    private let index: WorkflowIndex?
    /// The permits of each level.
    private let gates: [[PolicyRuleMatcher]]

    init(rules: [PolicyRuleMatcher]) {
        self.rules = rules
        self.index = rules.count > Self.scannedCountMax ? Self.index(rules) : nil
        let permits = rules.filter { $0.effect == .permit }
        self.gates = [PolicyLevel.platform, .tenant]
            .map { level in permits.filter { $0.level == level } }
            .filter { !$0.isEmpty }
    }

    private static func index(_ rules: [PolicyRuleMatcher]) -> WorkflowIndex {
        var index = WorkflowIndex()
        for (place, rule) in rules.enumerated() {
            index.add(place, rule.match.workflows.isEmpty ? nil : rule.match.workflows)
        }
        return index
    }

    /// No rules.
    public static let none = OfferPolicies(rules: [])

    /// Whether no rule has a say.
    public var isEmpty: Bool { rules.isEmpty }

    /// Judges a call of the offer; the meaning of `workflow` is `PolicySet.judge`'s.
    ///
    /// - Complexity: O(rules that admit the workflow), and where a gate is closed O(its permits).
    public func judge(
        connection: ConnectionID,
        mode: OwnershipMode,
        workflow: WorkflowName?
    ) -> PolicyVerdict {
        var verdict = PolicyVerdict.silent
        guard let workflow, let index else {
            for rule in rules where rule.admits(workflow) && rule.concerns(connection, mode) {
                note(rule, workflow, &verdict)
            }
            judgeGates(connection, mode, workflow, &verdict)
            return verdict
        }
        _ = index.forEachHit(workflow) { hit in
            let rule = rules[hit.binding]
            if rule.concerns(connection, mode) { note(rule, workflow, &verdict) }
        }
        // Those without a list are found last, whatever their place.
        if verdict.notes.count > 1 { verdict.notes.sort { $0.ordinal < $1.ordinal } }
        judgeGates(connection, mode, workflow, &verdict)
        return verdict
    }

    private func note(
        _ rule: PolicyRuleMatcher,
        _ workflow: WorkflowName?,
        _ verdict: inout PolicyVerdict
    ) {
        switch rule.effect {
        case .forbid:
            verdict.isForbidden = true
            verdict.notes.append(RuleNote(rule, .forbids))
        case .permit:
            // Without a workflow there is nobody whom a gate could keep out.
            if workflow != nil { verdict.notes.append(RuleNote(rule, .admits)) }
        }
    }

    /// Finds the gates that stand before the call and are closed.
    private func judgeGates(
        _ connection: ConnectionID,
        _ mode: OwnershipMode,
        _ workflow: WorkflowName?,
        _ verdict: inout PolicyVerdict
    ) {
        guard let workflow else { return }
        for gate in gates {
            let isOpen = verdict.notes.contains {
                $0.part == .admits && $0.level == gate[0].level
            }
            guard !isOpen else { continue }
            let closing = gate.lazy.filter { $0.concerns(connection, mode) }
                .prefix(RuleNote.missCountMax)
                .map { RuleNote($0, .misses(RuleMiss($0, workflow))) }
            guard !closing.isEmpty else { continue }
            verdict.isGateFailed = true
            verdict.notes += closing
        }
    }

    /// Whether these rules judge calls with the one connection as `others` judge those with the
    /// other, whatever the workflow, because the very same rules are concerned.
    public func judgesAlike(
        _ connection: ConnectionID,
        _ mode: OwnershipMode,
        as others: OfferPolicies,
        _ otherConnection: ConnectionID,
        _ otherMode: OwnershipMode
    ) -> Bool {
        let own = rules.filter { $0.concerns(connection, mode) }
        return own == others.rules.filter { $0.concerns(otherConnection, otherMode) }
    }
}
