public import JSON
public import Model
public import Policy

/// A workflow and capability that another connection serves than before (API section 5), or that has
/// another permission.
public struct AccessChange: Sendable, Hashable {
    /// The workflow; with stars, the workflows that nothing names and that this pattern matches, or
    /// both of two with `&` between them; `*` for those that nothing written meets.
    public let workflow: String
    /// The capability.
    public let capability: CapabilityKey
    /// Who served it; nil for nobody.
    public let before: ConnectionID?
    /// Who serves it now; nil for nobody.
    public let after: ConnectionID?
    /// Whether it was permitted, by whatever connection.
    public let wasAllowed: Bool
    /// Whether it is permitted.
    public let isAllowed: Bool

    /// The change as the API writes it; with the permission where it alone changes.
    public var json: JSONValue {
        var object = members
        if before == after { object["allowed"] = allowed }
        return .object(object)
    }

    /// The change with what it means for permission, which may change though nobody serves it.
    public var decisionJSON: JSONObject {
        var object = members
        object["allowed"] = allowed
        return object
    }

    private var members: JSONObject {
        [
            "workflow": .string(workflow), "capability": .string(capability.text),
            "before": before.map { .string($0.text) } ?? .null,
            "after": after.map { .string($0.text) } ?? .null,
        ]
    }

    private var allowed: JSONValue {
        ["before": .bool(wasAllowed), "after": .bool(isAllowed)]
    }
}

/// What a change means for who may use what: the workflows and capabilities whose winner or permission
/// changes; a missing table serves nothing.
///
/// Looked at are the blueprints' workflows, the names that the scopes write, and what stands for all
/// others (`AccessRepresentatives`): a change of access for workflows that nobody has named yet must
/// not go unseen. How much is compared is bounded, and `isCut` says when that was not enough.
public struct AccessDiff: Sendable {
    /// The most changes told.
    public static let changeCountMax = 10_000

    /// What counts as a change.
    public enum Subject: Sendable {
        /// Another winner, or another permission: what is allowed may have nobody to serve it.
        case decisions
        /// A winner of another integration, or another permission: between environments connections
        /// differ in any case.
        case integrations
    }

    /// The changes, by workflow: the blueprints' first, then those that scopes write, then patterns.
    public let changes: [AccessChange]
    /// Whether there was more to look at than the bounds allow: changes may be missing.
    public let isCut: Bool

    /// The difference between two tables.
    public init(before: BindingTable?, after: BindingTable?) {
        self.init(before: before, after: after, WorkBudget())
    }

    /// The difference, as far as the budget goes, which several may share.
    ///
    /// - Parameters:
    ///   - before: The one table; nil serves nothing.
    ///   - after: The other.
    ///   - budget: What it may cost.
    ///   - subject: What counts as a change.
    ///   - patterns: More names and patterns of workflows to look at: those that rules list.
    ///   - conditions: The rules over attributes that are about calls, before and after; nil for none.
    public init(
        before: BindingTable?,
        after: BindingTable?,
        _ budget: WorkBudget,
        of subject: Subject = .decisions,
        naming patterns: [Pattern] = [],
        under conditions: (before: CallConditions?, after: CallConditions?) = (nil, nil)
    ) {
        var run = AccessDiffRun((before, after), conditions, budget, subject, patterns)
        self.isCut = !run.run()
        self.changes = run.changes
    }
}
