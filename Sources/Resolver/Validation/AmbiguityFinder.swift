import Model

/// Two bindings that only the written order separates, for some workflow of a capability.
struct Ambiguity: Hashable {
    /// The binding written first.
    let earlier: Int
    /// The binding written later.
    let later: Int
    /// The capability.
    let capability: CapabilityKey
}

/// The ambiguities of a table.
struct AmbiguityFindings {
    /// For each later binding one, in the order written.
    let ambiguities: [Ambiguity]
    /// Whether all of the table was looked at within the budget; those found stand either way.
    let isComplete: Bool
}

/// Finds ambiguous bindings (API sections 5 and 10): their scopes admit a common workflow for a
/// common capability, with equal priority and specificity.
///
/// Names are compared by hash and patterns by their literal ends, so that the cost grows with the
/// number of entries and not with the number of pairs.
struct AmbiguityFinder {
    private let table: BindingTable
    private let budget: WorkBudget
    private var partners: [Int: Ambiguity] = [:]

    /// The ambiguities of a table, as far as the budget goes.
    static func findings(in table: BindingTable, _ budget: WorkBudget) -> AmbiguityFindings {
        var finder = AmbiguityFinder(table, budget)
        let isComplete = finder.searchAll()
        let ambiguities = finder.partners.values.sorted { $0.later < $1.later }
        return AmbiguityFindings(ambiguities: ambiguities, isComplete: isComplete)
    }

    private init(_ table: BindingTable, _ budget: WorkBudget) {
        self.table = table
        self.budget = budget
    }

    /// What must be equal for two bindings to be ambiguous, beside the workflow.
    private struct Level: Hashable {
        let priority: Int?
        let operation: Specificity
    }

    /// Looks at each capability.
    ///
    /// - Returns: Whether the budget was enough.
    private mutating func searchAll() -> Bool {
        var sources: Set<[StandingSource]> = []
        var seen: Set<[Standing.Key]> = []
        for capability in table.capabilities {
            guard let source = table.standingSources(for: capability, budget) else { return false }
            guard sources.insert(source).inserted else { continue }
            guard let standings = table.standings(for: capability, budget) else { return false }
            // Capabilities mostly have the same bindings, as close to their operations.
            guard seen.insert(standings.map(\.key)).inserted else { continue }
            guard search(standings, capability) else { return false }
        }
        return true
    }

    private mutating func search(_ standings: [Standing], _ capability: CapabilityKey) -> Bool {
        let levels = Dictionary(grouping: standings) {
            Level(priority: table.config.bindings[$0.binding].priority, operation: $0.operation)
        }
        let ordered = levels.values.sorted { $0[0].binding < $1[0].binding }
        for level in ordered where level.count > 1 {
            var search = AmbiguitySearch(budget)
            let isComplete = search.run(
                level.map { ($0.binding, table.config.bindings[$0.binding].scope.workflows) }
            )
            for (later, earlier) in search.partners where partners[later] == nil {
                partners[later] = Ambiguity(earlier: earlier, later: later, capability: capability)
            }
            guard isComplete else { return false }
        }
        return true
    }
}
