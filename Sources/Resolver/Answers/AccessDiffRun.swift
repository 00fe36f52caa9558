import Model

/// One access diff being made.
struct AccessDiffRun {
    private let before: BindingTable?
    private let after: BindingTable?
    private let budget: WorkBudget
    private let capabilities: [CapabilityKey]
    private(set) var changes: [AccessChange] = []

    init(_ before: BindingTable?, _ after: BindingTable?, _ budget: WorkBudget) {
        self.before = before
        self.after = after
        self.budget = budget
        let old = before?.capabilities ?? []
        let known = Set(old)
        self.capabilities = old + (after?.capabilities ?? []).filter { !known.contains($0) }
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
        for binding in tables.flatMap(\.config.bindings) {
            for pattern in binding.scope.workflows ?? [] where pattern.isExact {
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
        for binding in tables.flatMap(\.config.bindings) {
            for pattern in binding.scope.workflows ?? [] where !pattern.isExact {
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
            let left = winner(before, capability, workflow)
            let right = winner(after, capability, workflow)
            guard left != right else { continue }
            guard changes.count < AccessDiff.changeCountMax else { return false }
            changes.append(
                AccessChange(
                    workflow: workflow,
                    capability: capability,
                    before: left,
                    after: right
                )
            )
        }
        return true
    }

    private func winner(
        _ table: BindingTable?,
        _ capability: CapabilityKey,
        _ workflow: WorkflowName
    ) -> ConnectionID? {
        var stepCount = 0
        defer { budget.spend(stepCount) }
        return table?
            .resolve(
                capability,
                workflow,
                .admitted,
                nil,
                isOpen: { _ in false },
                stepCount: &stepCount
            )?
            .winner?
            .connectionID
    }
}
