import Model

/// Compares the lists of bindings that nothing but their workflows separates.
struct AmbiguitySearch {
    private let budget: WorkBudget
    /// For each later binding the earliest one found that it has a workflow in common with.
    private(set) var partners: [Int: Int] = [:]
    private var unlisted: Int?
    private var named: [String: Int] = [:]
    private var patterns: [String: [PatternEnd]] = [:]

    init(_ budget: WorkBudget) { self.budget = budget }

    /// Compares the lists, which come in the order written.
    ///
    /// - Returns: Whether the budget was enough.
    mutating func run(_ lists: [(binding: Int, list: [Pattern]?)]) -> Bool {
        for (binding, list) in lists {
            guard let list else {
                note(unlisted, binding)
                unlisted = unlisted ?? binding
                continue
            }
            guard budget.take(EntryIndex.stepCount(list)) else { return false }
            for pattern in list { add(pattern, binding) }
        }
        // In a fixed order, so that a budget which ends here ends at the same place every time.
        for (_, ends) in patterns.sorted(by: { $0.key < $1.key }) where ends.count > 1 {
            guard search(ends) else { return false }
        }
        return true
    }

    private mutating func add(_ pattern: Pattern, _ binding: Int) {
        if pattern.isExact {
            note(named[pattern.text], binding)
            named[pattern.text] = named[pattern.text] ?? binding
        } else {
            let end = PatternEnd(pattern, binding)
            patterns[pattern.literalPrefix, default: []].append(end)
        }
    }

    private mutating func note(_ one: Int?, _ other: Int) {
        guard let one, one != other else { return }
        let later = max(one, other)
        partners[later] = min(partners[later] ?? .max, one, other)
    }

    /// Compares patterns that start alike: they admit a common name when one's end is an end of the
    /// other's, since their stars swallow everything between.
    ///
    /// Sorted by their ends read backwards, a pattern stands behind those whose end is in its own.
    private mutating func search(_ ends: [PatternEnd]) -> Bool {
        guard budget.take(Self.sortStepCount(ends)) else { return false }
        var open: [(end: [UInt8], first: Int, last: Int)] = []
        for entry in ends.sorted(by: PatternEnd.precedes) {
            while let top = open.last, !entry.reversedEnd.starts(with: top.end) {
                open.removeLast()
            }
            let stepCount = entry.reversedEnd.count + WorkBudget.lookupStepCount * open.count
            guard budget.take(stepCount) else { return false }
            for outer in open {
                note(outer.first, entry.binding)
                note(outer.last, entry.binding)
            }
            if let top = open.last, top.end == entry.reversedEnd {
                open[open.count - 1].last = entry.binding
            } else {
                open.append((entry.reversedEnd, entry.binding, entry.binding))
            }
        }
        return true
    }

    /// Each end is compared with about as many others as their number has bits.
    private static func sortStepCount(_ ends: [PatternEnd]) -> Int {
        let stepCount = ends.reduce(0) {
            $0 + Pattern.comparisonStepCount + $1.reversedEnd.count
        }
        return stepCount * (Int.bitWidth - ends.count.leadingZeroBitCount)
    }
}

/// What follows a pattern's last star, backwards, and whose it is.
private struct PatternEnd {
    let reversedEnd: [UInt8]
    let binding: Int

    init(_ pattern: Pattern, _ binding: Int) {
        self.reversedEnd = pattern.text.utf8.reversed().prefix { $0 != UInt8(ascii: "*") }
        self.binding = binding
    }

    static func precedes(_ left: PatternEnd, _ right: PatternEnd) -> Bool {
        left.reversedEnd == right.reversedEnd
            ? left.binding < right.binding
            : left.reversedEnd.lexicographicallyPrecedes(right.reversedEnd)
    }
}
