public import Model

/// The rules that can have a say in the calls of one offer.
///
/// Compiled once for each offer of a config, so that a decision looks at these rules alone.
public struct OfferPolicies: Sendable {
    private let rules: [PolicyRuleMatcher]

    init(rules: [PolicyRuleMatcher]) { self.rules = rules }

    /// No rules.
    public static let none = OfferPolicies(rules: [])

    /// Whether no rule has a say.
    public var isEmpty: Bool { rules.isEmpty }

    /// Judges a call of the offer; the meaning of `workflow` is `PolicySet.judge`'s.
    public func judge(
        connection: ConnectionID,
        mode: OwnershipMode,
        workflow: WorkflowName?
    ) -> PolicyVerdict {
        var verdict = PolicyVerdict.silent
        var gates = PermitGates()
        for rule in rules where rule.concerns(connection, mode) {
            switch rule.effect {
            case .forbid:
                if rule.admits(workflow) { verdict.forbids.append(rule.id) }
            case .permit:
                // Without a workflow there is nobody whom a gate could keep out.
                guard workflow != nil else { continue }
                let isAdmitted = rule.admits(workflow)
                gates.record(rule.level, isAdmitted: isAdmitted)
                if isAdmitted { verdict.permits.append(rule.id) }
            }
        }
        verdict.isGateFailed = gates.isSomeClosed
        return verdict
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

/// The permit gates that stand before one call, each level's its own.
private struct PermitGates {
    private enum Gate {
        case absent
        case closed
        case open
    }

    private var platform = Gate.absent
    private var tenant = Gate.absent

    mutating func record(_ level: PolicyLevel, isAdmitted: Bool) {
        switch level {
        case .platform: platform = Self.after(platform, isAdmitted)
        case .tenant: tenant = Self.after(tenant, isAdmitted)
        }
    }

    private static func after(_ gate: Gate, _ isAdmitted: Bool) -> Gate {
        gate == .open || isAdmitted ? .open : .closed
    }

    var isSomeClosed: Bool { platform == .closed || tenant == .closed }
}
