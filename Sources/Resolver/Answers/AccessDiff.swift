public import JSON
public import Model
public import Policy

/// A workflow and capability that another connection serves than before (API section 5).
public struct AccessChange: Sendable, Hashable {
    /// The workflow.
    public let workflow: WorkflowName
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

    /// The change as the API writes it.
    public var json: JSONValue {
        .object([
            "workflow": .string(workflow.text), "capability": .string(capability.text),
            "before": before.map { .string($0.text) } ?? .null,
            "after": after.map { .string($0.text) } ?? .null,
        ])
    }
}

extension AccessChange {
    /// The change with what it means for permission, which may change though nobody serves it.
    public var decisionJSON: JSONObject {
        var object = json.object ?? [:]
        // `*`: the workflows that no blueprint, scope or rule names.
        if workflow == AccessDiffRun.unnamed { object["workflow"] = "*" }
        object["allowed"] = ["before": .bool(wasAllowed), "after": .bool(isAllowed)]
        return object
    }
}

/// What a change of config means for who may use what: the workflows and capabilities whose winner
/// changes; a missing table serves nothing.
///
/// Looked at are the blueprints' workflows and the names that the scopes write. A pattern that
/// admits none of these is represented by its text without stars, which it admits where that is a
/// name: a change of access for workflows that nobody has named yet must not go unseen. How much is
/// compared is bounded, and `isCut` says when that was not enough.
public struct AccessDiff: Sendable {
    /// The most changes told.
    public static let changeCountMax = 10_000
    /// The most patterns that are looked at for a workflow of their own.
    static let patternCountMax = 1_000

    /// What counts as a change.
    public enum Subject: Sendable {
        /// Another winner.
        case winners
        /// Another winner, or another permission: what is allowed may have nobody to serve it.
        case decisions
        /// A winner of another integration, or another permission: between environments connections
        /// differ in any case.
        case integrations
    }

    /// The changes, by workflow: the blueprints' first, then those that scopes write.
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
    ///   - patterns: More names and patterns of workflows to look at: those that changed rules list.
    ///   - conditions: The rules over attributes that are about calls, before and after; nil for none.
    public init(
        before: BindingTable?,
        after: BindingTable?,
        _ budget: WorkBudget,
        of subject: Subject = .winners,
        naming patterns: [Pattern] = [],
        under conditions: (before: CallConditions?, after: CallConditions?) = (nil, nil)
    ) {
        var run = AccessDiffRun((before, after), conditions, budget, subject, patterns)
        self.isCut = !run.run()
        self.changes = run.changes
    }
}
