public import Model

/// The rules that are in force for one tenant: the platform's and its own (API sections 3 and 10).
///
/// A forbid always wins. A permit closes a gate: where one matches a call in every list but
/// `workflows`, a permit of the same level must admit the workflow too, so that a tenant never
/// opens what the platform closed. Disabled rules do not count.
public struct PolicySet: Sendable {
    private let rules: [PolicyRuleMatcher]

    /// The rules of both levels, judged in the order given, the platform's first.
    public init(platform: [PolicyRule], tenant: [PolicyRule]) {
        // Rules with attributes are judged at the call, by `CallConditions`.
        let platform = platform.filter { $0.isEnabled && $0.clause == nil }
        let tenant = tenant.filter { $0.isEnabled && $0.clause == nil }
        self.rules =
            platform.enumerated()
            .map { PolicyRuleMatcher($0.element, .platform, ordinal: $0.offset) }
            + tenant.enumerated()
            .map { PolicyRuleMatcher($0.element, .tenant, ordinal: platform.count + $0.offset) }
    }

    /// No rules: everything is allowed.
    public static let empty = PolicySet(platform: [], tenant: [])

    /// Judges a call.
    ///
    /// The workflow is the one that calls; without one, rules that list workflows do not count, nor
    /// do permit gates.
    ///
    /// - Complexity: O(rules); who judges many calls of one offer narrows the set first.
    public func judge(_ call: PolicyCall, workflow: WorkflowName?) -> PolicyVerdict {
        narrowed(to: call.offer)
            .judge(connection: call.connection, mode: call.mode, workflow: workflow)
    }

    /// The rules that can have a say in calls of this offer.
    public func narrowed(to offer: PolicyOffer) -> OfferPolicies {
        OfferPolicies(rules: rules.filter { $0.concerns(offer) })
    }
}
