import JSON
import Model
import Testing

/// Holds what an access diff lists against what came about.
struct AccessListCheck {
    /// A workflow, or the pattern of some, and a capability.
    struct Pair: Hashable {
        let workflow: String
        let capability: String
    }

    /// What a resolution comes to.
    struct Standing: Equatable {
        let winner: JSONValue
        let isAllowed: JSONValue
    }

    /// All that is asked about.
    static let pairs = SimulationWorld.asked.flatMap { workflow in
        SimulationWorld.capabilities.map { Pair(workflow: workflow, capability: $0) }
    }

    let before: [Pair: Standing]
    let after: [Pair: Standing]
    /// The workflows that somebody names, which stand for themselves.
    let named: Set<String>

    /// Expects that every change is listed, by its name or by a pattern that stands for it, and that
    /// each entry comes about; the number of entries.
    func hold(_ access: JSONValue?, _ seed: Comment) throws -> Int {
        var listed: [Pair: JSONValue] = [:]
        for entry in try #require(access?.array) {
            let pair = Pair(
                workflow: entry["workflow"]?.string ?? "",
                capability: entry["capability"]?.string ?? ""
            )
            #expect(listed.updateValue(entry, forKey: pair) == nil, seed)
        }
        for (pair, entry) in listed {
            let instance = Pair(
                workflow: SimulationWorld.instance(pair.workflow),
                capability: pair.capability
            )
            #expect(try tells(entry, of: instance), "\(seed) \(pair) is listed")
            #expect(before[instance] != after[instance], "\(seed) \(pair) is listed")
        }
        for pair in Self.pairs where before[pair] != after[pair] {
            let entries =
                named.contains(pair.workflow)
                ? [listed[pair]].compactMap { $0 }
                : listed.filter { key, _ in
                    key.capability == pair.capability
                        && SimulationWorld.matches(key.workflow, pair.workflow)
                }
                .map(\.value)
            let isTold = try entries.contains { try tells($0, of: pair) }
            #expect(isTold, "\(seed) \(pair) is not listed")
        }
        return listed.count
    }

    /// Whether an entry says what came about.
    private func tells(_ entry: JSONValue, of pair: Pair) throws -> Bool {
        let (old, new) = (try #require(before[pair]), try #require(after[pair]))
        let isRight = entry["before"] == old.winner && entry["after"] == new.winner
        guard let allowed = entry["allowed"] else { return isRight && old.winner != new.winner }
        return isRight && allowed["before"] == old.isAllowed && allowed["after"] == new.isAllowed
    }
}
