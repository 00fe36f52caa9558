import Model

/// Finds bindings that may cover one whose list starts with a given entry.
struct CoverIndex {
    private var unlisted: [Standing] = []
    private var named: [String: [Standing]] = [:]
    private var patterns: [String: [Standing]] = [:]
    private var prefixLengths: Set<Int> = []

    init(_ standings: [Standing], _ table: BindingTable) {
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
            add(standing, table.config.bindings[standing.binding].scope.workflows)
        }
    }

    private mutating func add(_ standing: Standing, _ list: [Pattern]?) {
        guard let list else {
            Self.keep(standing, in: &unlisted)
            return
        }
        for pattern in list {
            if pattern.isExact {
                Self.keep(standing, in: &named[pattern.text, default: []])
            } else {
                prefixLengths.insert(pattern.literalPrefixLength)
                Self.keep(standing, in: &patterns[pattern.literalPrefix, default: []])
            }
        }
    }

    /// Static, since a method of the value being changed would hold a copy of its dictionaries.
    private static func keep(_ standing: Standing, in list: inout [Standing]) {
        // One more than are tried, since the binding itself may be among them.
        guard list.count <= ShadowFinder.coverCountMax else { return }
        if list.last?.binding != standing.binding { list.append(standing) }
    }

    /// Those with an entry that may cover `entry`; those without a list alone may cover all names.
    func covers(of entry: Pattern?) -> [Standing] {
        var result = unlisted
        guard let entry else { return result }
        result += named[entry.text] ?? []
        for length in 0...entry.literalPrefixLength where prefixLengths.contains(length) {
            result += patterns[String(Substring(entry.text.utf8.prefix(length)))] ?? []
        }
        return result
    }
}

extension Pattern {
    /// What stands before the first star.
    var literalPrefix: String { String(Substring(text.utf8.prefix(literalPrefixLength))) }
}
