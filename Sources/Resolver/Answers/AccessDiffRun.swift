import Model
import Policy

/// One access diff being made.
struct AccessDiffRun {
    private let before: BindingTable?
    private let after: BindingTable?
    private let conditions: (before: CallConditions?, after: CallConditions?)
    private let budget: WorkBudget
    private let subject: AccessDiff.Subject
    /// The names and patterns of workflows that are written outside of the tables.
    private let patterns: [Pattern]
    private let capabilities: [CapabilityKey]
    private(set) var changes: [AccessChange] = []
    /// Where in `changes` each is.
    private var places: [Place: Int] = [:]

    init(
        _ tables: (before: BindingTable?, after: BindingTable?),
        _ conditions: (before: CallConditions?, after: CallConditions?),
        _ budget: WorkBudget,
        _ subject: AccessDiff.Subject,
        _ patterns: [Pattern]
    ) {
        self.patterns = patterns
        self.subject = subject
        (before, after) = tables
        self.conditions = conditions
        self.budget = budget
        let old = before?.capabilities ?? []
        let known = Set(old)
        self.capabilities = old + (after?.capabilities ?? []).filter { !known.contains($0) }
    }

    /// The lists of workflows that scopes and rules write.
    private var lists: [[Pattern]] {
        tables.flatMap(\.config.bindings).compactMap(\.scope.workflows) + [patterns]
    }

    private var tables: [BindingTable] { [before, after].compactMap { $0 } }

    /// Looks at all workflows; those that patterns stand for come last, after names that are real.
    ///
    /// - Returns: Whether the bounds were enough.
    mutating func run() -> Bool {
        guard let names = writtenNames() else { return false }
        for workflow in names {
            guard compare(workflow, told: workflow.text) else { return false }
        }
        let others = AccessRepresentatives(starredPatterns(), Set(names), budget)
        for other in others.all {
            guard compare(other.name, told: other.text, unlike: other.parts) else { return false }
        }
        return !others.isCut && !budget.isExceeded
    }

    /// The workflows of the blueprints, then the names that scopes write, each once; nil when the
    /// budget is exceeded.
    private func writtenNames() -> [WorkflowName]? {
        var names: [WorkflowName] = []
        var seen: Set<WorkflowName> = []
        for name in tables.flatMap(\.blueprint.workflows) {
            guard budget.take(WorkBudget.lookupStepCount) else { return nil }
            if seen.insert(name).inserted { names.append(name) }
        }
        for list in lists {
            for pattern in list where pattern.isExact {
                guard budget.take(WorkBudget.lookupStepCount) else { return nil }
                guard let name = WorkflowName(pattern.text) else { continue }
                if seen.insert(name).inserted { names.append(name) }
            }
        }
        return names
    }

    /// The patterns that scopes write, each once.
    private func starredPatterns() -> Set<Pattern> {
        var patterns: Set<Pattern> = []
        for list in lists {
            for pattern in list where !pattern.isExact {
                guard budget.take(2 * WorkBudget.lookupStepCount) else { return patterns }
                patterns.insert(pattern)
            }
        }
        return patterns
    }

    /// What is told of a workflow and a capability.
    private struct Place: Hashable {
        let workflow: String
        let capability: CapabilityKey
    }

    /// Notes the capabilities whose outcome changes in a workflow.
    ///
    /// - Parameters:
    ///   - workflow: The workflow.
    ///   - text: How it is told.
    ///   - parts: The patterns of which it is told only what is true of neither.
    /// - Returns: Whether the bounds were enough.
    private mutating func compare(
        _ workflow: WorkflowName,
        told text: String,
        unlike parts: [String] = []
    ) -> Bool {
        for capability in capabilities {
            guard budget.take(0) else { return false }
            let left = outcome(before, conditions.before, capability, workflow)
            let right = outcome(after, conditions.after, capability, workflow)
            guard isOther(left, right) else { continue }
            let change = AccessChange(
                workflow: text,
                capability: capability,
                before: left.winner?.connectionID,
                after: right.winner?.connectionID,
                wasAllowed: left.isAllowed,
                isAllowed: right.isAllowed
            )
            guard !isTold(change, of: parts) else { continue }
            guard changes.count < AccessDiff.changeCountMax else { return false }
            places[Place(workflow: text, capability: capability)] = changes.count
            changes.append(change)
        }
        return true
    }

    /// Whether one of the patterns has the same change.
    private func isTold(_ change: AccessChange, of patterns: [String]) -> Bool {
        patterns.contains { pattern in
            let place = Place(workflow: pattern, capability: change.capability)
            guard let told = places[place].map({ changes[$0] }) else { return false }
            return told.before == change.before && told.after == change.after
                && told.wasAllowed == change.wasAllowed && told.isAllowed == change.isAllowed
        }
    }

    private typealias Outcome = (winner: Candidate?, isAllowed: Bool)

    private func isOther(_ left: Outcome, _ right: Outcome) -> Bool {
        switch subject {
        case .decisions:
            left.winner?.connectionID != right.winner?.connectionID
                || left.isAllowed != right.isAllowed
        case .integrations:
            left.winner?.connection?.spec.key != right.winner?.connection?.spec.key
                || left.isAllowed != right.isAllowed
        }
    }

    private func outcome(
        _ table: BindingTable?,
        _ conditions: CallConditions?,
        _ capability: CapabilityKey,
        _ workflow: WorkflowName
    ) -> Outcome {
        var stepCount = 0
        defer { budget.spend(stepCount) }
        let resolution = table?
            .resolve(
                capability,
                workflow,
                .admitted,
                conditions,
                isOpen: { _, _ in false },
                stepCount: &stepCount
            )
        return (resolution?.winner, resolution?.isAllowed ?? false)
    }
}
