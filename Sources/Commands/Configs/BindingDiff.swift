import JSON

/// What becomes of each binding between two configs, by what it is and not by where it stands.
///
/// A patch compares the items of a list by index, so that a binding put in front changes all later
/// ones; here it is one line. Bindings are told to be the same by being equal, else by their slot and
/// connection, else by their slot, in the order written.
struct BindingDiff {
    /// The most changes told.
    static let changeCountMax = 1_000

    /// What becomes of a binding.
    enum Action: String {
        case add, remove, change
        /// It says the same and stands elsewhere among those that stay; the order decides ties.
        case move
    }

    /// The changes, in the order of the new config, what is removed last.
    private(set) var changes: [JSONValue] = []
    /// Whether there are more than are told.
    private(set) var isCut = false

    /// The difference of two configs, or of none.
    init(from old: JSONObject?, to new: JSONObject?) {
        let before = old?["integrations"]?.array ?? []
        let after = new?["integrations"]?.array ?? []
        var pairing = BindingPairing(before, after)
        pairing.pair { $0 }
        pairing.pair { [$0["slotId"] ?? .null, $0["connectionId"] ?? .null] }
        pairing.pair { $0["slotId"] ?? .null }
        let steady = pairing.steady
        for (index, binding) in after.enumerated() {
            guard let source = pairing.sources[index] else {
                add(.add, binding, nil, index)
                continue
            }
            let fields = Self.fields(before[source], binding, at: .root)
                .map { SetField(pointer: $0.text, before: before[source], after: binding).json }
            if !fields.isEmpty {
                add(.change, binding, source, index, fields)
            } else if !steady.contains(index) {
                add(.move, binding, source, index)
            }
        }
        let kept = Set(pairing.sources.compactMap { $0 })
        for (index, binding) in before.enumerated() where !kept.contains(index) {
            add(.remove, binding, index, nil)
        }
    }

    private mutating func add(
        _ action: Action,
        _ binding: JSONValue,
        _ before: Int?,
        _ after: Int?,
        _ fields: [JSONValue] = []
    ) {
        guard changes.count < Self.changeCountMax else {
            isCut = true
            return
        }
        changes.append([
            "action": .string(action.rawValue), "slotId": binding["slotId"] ?? .null,
            "connectionId": binding["connectionId"] ?? .null,
            "before": before.map { .integer(Int64($0)) } ?? .null,
            "after": after.map { .integer(Int64($0)) } ?? .null, "fields": .array(fields),
        ])
    }

    /// Where two values differ; a list, such as a scope's, is one value.
    private static func fields(
        _ before: JSONValue,
        _ after: JSONValue,
        at place: JSONPointer
    ) -> [JSONPointer] {
        guard case (.object(let old), .object(let new)) = (before, after) else {
            return before == after ? [] : [place]
        }
        let names = old.keys + new.keys.filter { !old.contains($0) }
        return names.flatMap { name -> [JSONPointer] in
            let at = place.appending(name)
            guard let before = old[name], let after = new[name] else { return [at] }
            return fields(before, after, at: at)
        }
    }

    /// Writes the changes into an answer, and says so when not all of them are there.
    func write(into object: inout JSONObject) {
        object["bindings"] = .array(changes)
        if isCut { object["bindingsAreCut"] = true }
    }
}

/// Which new binding was which old one.
private struct BindingPairing {
    private let before: [JSONValue]
    private let after: [JSONValue]
    private var isTaken: [Bool]
    /// For each new binding the index of the old one; nil for none.
    private(set) var sources: [Int?]

    init(_ before: [JSONValue], _ after: [JSONValue]) {
        self.before = before
        self.after = after
        isTaken = Array(repeating: false, count: before.count)
        sources = Array(repeating: nil, count: after.count)
    }

    /// Pairs those that are left and have the same key, in the order written.
    mutating func pair(by key: (JSONValue) -> JSONValue) {
        var open: [JSONValue: [Int]] = [:]
        for index in before.indices.reversed() where !isTaken[index] {
            open[key(before[index]), default: []].append(index)
        }
        for index in after.indices where sources[index] == nil {
            guard let source = open[key(after[index])]?.popLast() else { continue }
            sources[index] = source
            isTaken[source] = true
        }
    }

    /// The most new bindings that stand to each other as they did (a longest increasing subsequence,
    /// in n log n).
    var steady: Set<Int> {
        var ends: [Int] = []
        var previous: [Int: Int] = [:]
        for (index, source) in sources.enumerated() {
            guard let source else { continue }
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if (sources[ends[middle]] ?? 0) < source { low = middle + 1 } else { high = middle }
            }
            if low > 0 { previous[index] = ends[low - 1] }
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var steady: Set<Int> = []
        var next = ends.last
        while let index = next {
            steady.insert(index)
            next = previous[index]
        }
        return steady
    }
}
