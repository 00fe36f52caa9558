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

/// Finds ambiguous bindings (API sections 5 and 10): their scopes admit a common workflow for a
/// common capability, with equal priority and specificity.
///
/// Names are compared by hash and patterns by their literal ends, so that the cost grows with the
/// number of entries and not with the number of pairs.
struct AmbiguityFinder {
    private let capability: CapabilityKey
    private var partners: [Int: Ambiguity]

    /// The ambiguities of a table, for each later binding one, in the order written.
    static func ambiguities(in table: BindingTable) -> [Ambiguity] {
        var partners: [Int: Ambiguity] = [:]
        var seen: Set<[Standing.Key]> = []
        for capability in table.capabilities {
            let standings = table.standings(for: capability)
            // Capabilities of one slot mostly have the same bindings, as close to their operations.
            guard seen.insert(standings.map(\.key)).inserted else { continue }
            var finder = AmbiguityFinder(capability: capability, partners: partners)
            finder.search(standings, table)
            partners = finder.partners
        }
        return partners.values.sorted { $0.later < $1.later }
    }

    /// What must be equal for two bindings to be ambiguous, beside the workflow.
    private struct Level: Hashable {
        let priority: Int?
        let operation: Specificity
    }

    private mutating func search(_ standings: [Standing], _ table: BindingTable) {
        let levels = Dictionary(grouping: standings) {
            Level(priority: table.config.bindings[$0.binding].priority, operation: $0.operation)
        }
        for level in levels.values where level.count > 1 {
            search(level.map { ($0.binding, table.config.bindings[$0.binding].scope.workflows) })
        }
    }

    /// Compares the lists of bindings of one level, which come in the order written.
    private mutating func search(_ lists: [(binding: Int, list: [Pattern]?)]) {
        var unlisted: Int?
        var named: [String: Int] = [:]
        var patterns: [String: [PatternEnd]] = [:]
        for (binding, list) in lists {
            guard let list else {
                note(unlisted, binding)
                unlisted = unlisted ?? binding
                continue
            }
            for pattern in list {
                if pattern.isExact {
                    note(named[pattern.text], binding)
                    named[pattern.text] = named[pattern.text] ?? binding
                } else {
                    let end = PatternEnd(pattern, binding)
                    patterns[pattern.literalPrefix, default: []].append(end)
                }
            }
        }
        for ends in patterns.values where ends.count > 1 { search(ends) }
    }

    private mutating func note(_ one: Int?, _ other: Int) {
        guard let one, one != other else { return }
        let later = max(one, other)
        guard partners[later] == nil else { return }
        partners[later] =
            Ambiguity(earlier: min(one, other), later: later, capability: capability)
    }

    /// Compares patterns that start alike: they admit a common name when one's end is an end of the
    /// other's, since their stars swallow everything between.
    ///
    /// Sorted by their ends read backwards, a pattern stands behind those whose end is in its own.
    private mutating func search(_ ends: [PatternEnd]) {
        var open: [(end: [UInt8], first: Int, last: Int)] = []
        for entry in ends.sorted(by: PatternEnd.precedes) {
            while let top = open.last, !entry.reversedEnd.starts(with: top.end) {
                open.removeLast()
            }
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
