import Model

/// Whether an entry of a scope matches some workflow of a list.
struct AliasIndex {
    private let names: Set<String>
    private let sorted: [String]
    private let budget: WorkBudget
    private var known: [Pattern: Bool] = [:]

    init(_ workflows: [WorkflowName], _ budget: WorkBudget) {
        let isAffordable = budget.take(2 * WorkBudget.lookupStepCount * workflows.count)
        self.names = isAffordable ? Set(workflows.map(\.text)) : []
        self.sorted = names.sorted()
        self.budget = budget
    }

    /// Whether the entry matches a workflow; nil when the budget does not allow to find out.
    mutating func matches(_ pattern: Pattern) -> Bool? {
        guard budget.take(WorkBudget.lookupStepCount) else { return nil }
        if pattern.isExact { return names.contains(pattern.text) }
        if let answer = known[pattern] { return answer }
        guard budget.take(4 * WorkBudget.lookupStepCount) else { return nil }
        let answer = search(pattern)
        known[pattern] = answer
        return answer
    }

    /// Looks at the names that start like the pattern, which stand together in the sorted list.
    private func search(_ pattern: Pattern) -> Bool? {
        let prefix = pattern.literalPrefix
        var at = firstIndex(notBefore: prefix)
        while at < sorted.count, sorted[at].hasPrefix(prefix) {
            guard budget.take(0) else { return nil }
            if budget.matches(pattern, sorted[at]) { return true }
            at += 1
        }
        return false
    }

    private func firstIndex(notBefore text: String) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
