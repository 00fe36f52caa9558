import Model

/// Whether an entry of a scope matches some workflow of a blueprint.
struct AliasIndex {
    /// The most names compared with patterns in one report, which bounds its time.
    static let comparisonCountMax = 2_000_000

    private let names: Set<String>
    private let sorted: [String]
    private var known: [Pattern: Bool] = [:]
    private var comparisonsLeft = Self.comparisonCountMax

    init(_ workflows: [WorkflowName]) {
        self.names = Set(workflows.map(\.text))
        self.sorted = names.sorted()
    }

    /// Whether it gave up comparing; later patterns were taken for known ones.
    var isExhausted: Bool { comparisonsLeft <= 0 }

    /// Whether the entry matches a workflow.
    mutating func matches(_ pattern: Pattern) -> Bool {
        if pattern.isExact { return names.contains(pattern.text) }
        if let answer = known[pattern] { return answer }
        guard !isExhausted else { return true }
        let answer = search(pattern)
        known[pattern] = answer
        return answer
    }

    /// Looks at the names that start like the pattern, which stand together in the sorted list.
    private mutating func search(_ pattern: Pattern) -> Bool {
        let prefix = pattern.literalPrefix
        var at = firstIndex(notBefore: prefix)
        while at < sorted.count, sorted[at].hasPrefix(prefix) {
            comparisonsLeft -= 1
            if pattern.matches(sorted[at]) { return true }
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
