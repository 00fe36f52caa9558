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

    /// Stands for the workflows that nothing names: what a permit that names others keeps out.
    static let unnamed: WorkflowName = {
        guard let name = WorkflowName("0-named-by-nothing-0") else {
            preconditionFailure("it is in the alphabet of names")
        }
        return name
    }()

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
            guard compare(workflow) else { return false }
        }
        let patterns = starredPatterns()
        var aliases = AliasIndex(names, budget)
        var invented: [WorkflowName] = []
        for pattern in patterns.prefix(AccessDiff.patternCountMax) {
            guard let isKnown = aliases.matches(pattern) else { return false }
            if isKnown || invented.contains(where: { budget.matches(pattern, $0.text) }) {
                continue
            }
            guard let name = WorkflowName(pattern.text.filter { $0 != "*" }) else { continue }
            invented.append(name)
            guard compare(name) else { return false }
        }
        guard subject == .winners || compare(Self.unnamed) else { return false }
        return patterns.count <= AccessDiff.patternCountMax
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
    private func starredPatterns() -> [Pattern] {
        var patterns: Set<Pattern> = []
        for list in lists {
            for pattern in list where !pattern.isExact {
                guard budget.has(0) else { break }
                budget.spend(2 * WorkBudget.lookupStepCount)
                patterns.insert(pattern)
            }
        }
        return patterns.sorted { $0.text < $1.text }
    }

    /// Notes the capabilities whose winner changes in a workflow.
    ///
    /// - Returns: Whether the bounds were enough.
    private mutating func compare(_ workflow: WorkflowName) -> Bool {
        for capability in capabilities {
            guard budget.take(0) else { return false }
            let left = outcome(before, conditions.before, capability, workflow)
            let right = outcome(after, conditions.after, capability, workflow)
            guard isOther(left, right) else { continue }
            guard changes.count < AccessDiff.changeCountMax else { return false }
            changes.append(
                AccessChange(
                    workflow: workflow,
                    capability: capability,
                    before: left.winner?.connectionID,
                    after: right.winner?.connectionID,
                    wasAllowed: left.isAllowed,
                    isAllowed: right.isAllowed
                )
            )
        }
        return true
    }

    private typealias Outcome = (winner: Candidate?, isAllowed: Bool)

    private func isOther(_ left: Outcome, _ right: Outcome) -> Bool {
        switch subject {
        case .winners: left.winner?.connectionID != right.winner?.connectionID
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
