import Model
import Policy

/// The entries of one list, each once, found by what they may cover.
struct EntryIndex {
    private var texts: Set<String> = []
    private var starred = StartIndex<Pattern>()

    /// What it costs to make one of the list, in steps.
    static func stepCount(_ list: [Pattern]) -> Int {
        list.reduce(0) { $0 + 2 * WorkBudget.lookupStepCount + $1.text.utf8.count }
    }

    init(_ list: [Pattern]) {
        texts.reserveCapacity(list.count)
        for pattern in list where texts.insert(pattern.text).inserted && !pattern.isExact {
            starred.update(pattern) { $0.append(pattern) }
        }
    }

    /// Whether an entry covers all names that the pattern matches, and as closely where that is
    /// asked; false as well when the budget does not allow to find out.
    ///
    /// Of what covers a pattern, only patterns with the very same start are as specific: a longer
    /// start does not cover it.
    func covers(_ pattern: Pattern, asClosely: Bool, _ budget: WorkBudget) -> Bool {
        guard budget.take(WorkBudget.lookupStepCount) else { return false }
        if texts.contains(pattern.text) { return true }
        if asClosely { return !pattern.isExact && covers(pattern, starred[pattern], budget) }
        var isCovered = false
        budget.spend(pattern.literalPrefixLength)
        starred.forEachStart(of: pattern.start) { entries in
            isCovered = covers(pattern, entries, budget)
            return !isCovered && !budget.isExceeded
        }
        return isCovered
    }

    private func covers(_ pattern: Pattern, _ entries: [Pattern], _ budget: WorkBudget) -> Bool {
        for entry in entries {
            guard budget.take(0) else { return false }
            if budget.covers(entry, pattern) { return true }
        }
        return false
    }
}

extension Pattern {
    /// What stands before the first star.
    var start: Substring.UTF8View { text.utf8.prefix(literalPrefixLength) }

    /// What stands before the first star, as a text of its own.
    var literalPrefix: String { String(Substring(start)) }
}
