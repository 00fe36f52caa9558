import Model
import Policy

/// A binding that never wins.
struct Shadow: Hashable {
    /// The binding.
    let binding: Int
    /// One that comes first wherever it serves; nil when its scope admits nothing.
    let cover: Int?
}

/// Finds bindings that never win, as long as nothing is paused or fails: for each of its
/// capabilities another binding comes before it, for every workflow that it admits.
///
/// Only what is certain is told. Another binding covers it alone or not at all, and where the
/// budget ends nothing is told: what covers a binding so far may fail it in what was not looked at.
struct ShadowFinder {
    /// The most bindings tried as a cover, from each place where one may be found.
    static let coverCountMax = 4
    /// What it costs to try a binding as a cover, beside the comparisons, in steps.
    private static let trialStepCount = 32
    /// What asking the rules of two bindings is taken to cost: their lists are not counted.
    private static let verdictStepCount = 512

    private let table: BindingTable
    private let budget: WorkBudget
    /// The lists of bindings that were tried as covers.
    private var lists: [Int: EntryIndex] = [:]
    /// A cover of each binding that has one for every capability looked at so far.
    private var covers: [Int: Int] = [:]
    /// Whether a binding has no cover for some capability.
    private var isBare: [Bool]

    /// The shadows of a table, in the order written; nil when the budget does not allow to find
    /// them.
    static func shadows(in table: BindingTable, _ budget: WorkBudget) -> [Shadow]? {
        var finder = ShadowFinder(table, budget)
        var sources: Set<[StandingSource]> = []
        var seen: Set<[Standing.Key]> = []
        for capability in table.capabilities {
            // Capabilities that stand alike are covered alike, where no rule tells them apart.
            let isPlain = !table.hasRules(for: capability)
            guard let source = table.standingSources(for: capability, budget) else { return nil }
            guard !isPlain || sources.insert(source).inserted else { continue }
            guard let standings = table.standings(for: capability, budget) else { return nil }
            guard !isPlain || seen.insert(standings.map(\.key)).inserted else { continue }
            guard finder.search(standings) else { return nil }
        }
        return finder.shadows
    }

    private init(_ table: BindingTable, _ budget: WorkBudget) {
        self.table = table
        self.budget = budget
        self.isBare = Array(repeating: false, count: table.bindings.count)
    }

    /// Looks for a cover of each.
    ///
    /// - Returns: Whether the budget was enough.
    private mutating func search(_ standings: [Standing]) -> Bool {
        guard let index = CoverIndex(standings, table, budget) else { return false }
        for standing in standings where !isBare[standing.binding] {
            // A list that admits nothing needs no cover; it is told apart at the end.
            guard table.bindings[standing.binding].closestWorkflow != nil else { continue }
            if let cover = cover(of: standing, index) {
                covers[standing.binding] = covers[standing.binding] ?? cover
            } else {
                isBare[standing.binding] = true
            }
            guard !budget.isExceeded else { return false }
        }
        return true
    }

    private var shadows: [Shadow] {
        table.config.bindings.indices.compactMap { binding in
            if isBare[binding] { return nil }
            if let cover = covers[binding] { return Shadow(binding: binding, cover: cover) }
            return admitsNothing(binding) ? Shadow(binding: binding, cover: nil) : nil
        }
    }

    /// Whether a binding without any fault serves nothing, because of its scope.
    private func admitsNothing(_ binding: Int) -> Bool {
        let bound = table.bindings[binding]
        guard let slot = bound.slot, let specInSlot = bound.specInSlot else { return false }
        guard !bound.reasons.isDropping else { return false }
        if bound.closestWorkflow == nil { return true }
        // No capability let it stand: say so only when no fault of the spec is behind it.
        let tableSlot = table.slots[slot]
        let count = table.blueprint.slots[slot].capabilities.count
        return count > 0
            && (0..<count)
                .allSatisfy { position in
                    let offer = tableSlot.firstOffer + position * tableSlot.specs.count + specInSlot
                    return !table.offers[offer].reasons.isDropping
                }
    }

    /// A binding that comes before this one for every workflow that it admits.
    private mutating func cover(of standing: Standing, _ index: CoverIndex) -> Int? {
        let list = table.config.bindings[standing.binding].scope.workflows
        for other in index.covers(of: list?.first, budget)
        where other.binding != standing.binding {
            guard budget.take(Self.trialStepCount) else { return nil }
            if isBefore(other, standing), covers(other, standing) { return other.binding }
        }
        return nil
    }

    /// Whether the other's place is before this one's, as far as the workflows do not decide it,
    /// and the rules judge both alike.
    private func isBefore(_ other: Standing, _ standing: Standing) -> Bool {
        let priority = table.config.bindings[standing.binding].priority ?? .max
        let otherPriority = table.config.bindings[other.binding].priority ?? .max
        guard otherPriority <= priority else { return false }
        if otherPriority == priority {
            guard other.operation <= standing.operation else { return false }
            let isTie = other.operation == standing.operation
            guard !isTie || other.binding < standing.binding else { return false }
        }
        return isJudgedAlike(other, standing)
    }

    /// Whether no rule can drop the other where this one passes.
    private func isJudgedAlike(_ other: Standing, _ standing: Standing) -> Bool {
        let rules = table.offers[other.offer].policies
        guard !rules.isEmpty else { return true }
        budget.spend(Self.verdictStepCount)
        guard let otherMode = mode(other), let ownMode = mode(standing) else { return false }
        return rules.judgesAlike(
            table.config.bindings[other.binding].connection,
            otherMode,
            as: table.offers[standing.offer].policies,
            table.config.bindings[standing.binding].connection,
            ownMode
        )
    }

    private func mode(_ standing: Standing) -> OwnershipMode? {
        let place = table.bindings[standing.binding].connection
        return table.connections[place].observed?.connection.mode
    }

    /// Whether the other admits every workflow that this one admits; at equal priority naming it as
    /// closely, lest this one comes first by its specificity.
    private mutating func covers(_ other: Standing, _ standing: Standing) -> Bool {
        let outer = table.config.bindings[other.binding].scope.workflows
        let inner = table.config.bindings[standing.binding].scope.workflows
        let isTie =
            table.config.bindings[other.binding].priority
            == table.config.bindings[standing.binding].priority
        guard let outer else { return inner == nil || !isTie }
        // A list with `*` admits every workflow too, and at equal priority comes before no list.
        guard let inner else { return outer.contains { $0.matchesAll } }
        guard let entries = entries(of: other.binding, outer) else { return false }
        return inner.allSatisfy { entries.covers($0, asClosely: isTie, budget) }
    }

    /// The list of a binding, by what its entries may cover; nil when the budget is exceeded.
    private mutating func entries(of binding: Int, _ list: [Pattern]) -> EntryIndex? {
        if let known = lists[binding] { return known }
        guard budget.take(EntryIndex.stepCount(list)) else { return nil }
        let index = EntryIndex(list)
        lists[binding] = index
        return index
    }
}
