import Model
import Policy

/// Finds bindings that may cover one whose list starts with a given entry.
struct CoverIndex {
    /// Those without a list, or with an entry that is nothing but stars.
    private var unlisted: [Standing] = []
    private var named: [String: [Standing]] = [:]
    private var starred = StartIndex<Standing>()

    /// An index of the standings; nil when the budget is exceeded.
    init?(_ standings: [Standing], _ table: BindingTable, _ budget: WorkBudget) {
        guard budget.take(Standing.stepCount * standings.count) else { return nil }
        // Those that come first at equal closeness of workflow are tried first.
        let ordered =
            standings.map { standing in
                let binding = table.config.bindings[standing.binding]
                let rank = CandidateRank(
                    priority: binding.priority,
                    workflow: .absentList,
                    operation: standing.operation,
                    index: standing.binding
                )
                return (rank, standing)
            }
            .sorted { $0.0 < $1.0 }
        for (_, standing) in ordered {
            let list = table.config.bindings[standing.binding].scope.workflows
            guard budget.take(list.map { EntryIndex.stepCount($0) } ?? 0) else { return nil }
            add(standing, list)
        }
    }

    private mutating func add(_ standing: Standing, _ list: [Pattern]?) {
        guard let list else {
            Self.keep(standing, in: &unlisted)
            return
        }
        for pattern in list {
            if pattern.matchesAll {
                Self.keep(standing, in: &unlisted)
            } else if pattern.isExact {
                Self.keep(standing, in: &named[pattern.text, default: []])
            } else {
                starred.update(pattern) { Self.keep(standing, in: &$0) }
            }
        }
    }

    /// Static, since a method of the value being changed would hold a copy of its dictionaries.
    private static func keep(_ standing: Standing, in list: inout [Standing]) {
        // One more than are tried, since the binding itself may be among them.
        guard list.count <= ShadowFinder.coverCountMax else { return }
        if list.last?.binding != standing.binding { list.append(standing) }
    }

    /// Those with an entry that may cover `entry`; those of `unlisted` alone may cover all names.
    func covers(of entry: Pattern?, _ budget: WorkBudget) -> [Standing] {
        var result = unlisted
        guard let entry else { return result }
        budget.spend(WorkBudget.lookupStepCount * (1 + starred.lengths.count))
        result += named[entry.text] ?? []
        starred.forEachStart(of: entry.start) { standings in
            result += standings
            return true
        }
        return result
    }
}
