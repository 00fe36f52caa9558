import Model
import Testing

@testable import Resolver

@Suite struct AmbiguitySearchTests {
    /// Whether two lists admit a common name as closely, by comparing every pair of entries.
    private static func meet(_ one: [Pattern]?, _ other: [Pattern]?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return one.contains { entry in
            other.contains { Specificity($0) == Specificity(entry) && $0.intersects(entry) }
        }
    }

    @Test func `finds what comparing every pair finds`() {
        let words = ["a", "b", "*", "a*", "*a", "a*b", "ab*", "*ab", "a*a*b", "a*bb", "**b", "b*a"]
        var foundCount = 0
        for seed: UInt64 in 1...500 {
            var random = SeededGenerator(seed: seed)
            let lists = (0..<Int.random(in: 2...6, using: &random))
                .map { binding -> (binding: Int, list: [Pattern]?) in
                    guard Int.random(in: 0..<6, using: &random) > 0 else { return (binding, nil) }
                    let list = (0..<Int.random(in: 0...3, using: &random))
                        .compactMap { _ in words.randomElement(using: &random) }
                    return (binding, list.compactMap { Pattern($0) })
                }
            var search = AmbiguitySearch(WorkBudget())
            let isComplete = search.run(lists)
            #expect(isComplete)
            for later in lists.indices {
                let isMet = lists[..<later].contains { Self.meet($0.list, lists[later].list) }
                #expect((search.partners[later] != nil) == isMet, "seed \(seed) \(later)")
                guard let earlier = search.partners[later] else { continue }
                #expect(Self.meet(lists[earlier].list, lists[later].list), "seed \(seed)")
                foundCount += 1
            }
        }
        #expect(foundCount > 200)
    }

    @Test func `says when the budget is not enough`() throws {
        let list = try [#require(Pattern("a*")), #require(Pattern("b"))]
        var search = AmbiguitySearch(WorkBudget(50))
        let isComplete = search.run([(0, list), (1, list)])
        #expect(!isComplete)
    }
}

@Suite struct EntryIndexTests {
    @Test func `covers what comparing every pair covers`() throws {
        let words = ["a", "b", "ab", "*", "a*", "*a", "a*b", "ab*", "*ab", "a*a*b", "a**b", "b*a"]
        let patterns = try words.map { try #require(Pattern($0)) }
        let budget = WorkBudget()
        for seed: UInt64 in 1...200 {
            var random = SeededGenerator(seed: seed)
            let list = (0..<3).compactMap { _ in patterns.randomElement(using: &random) }
            let index = EntryIndex(list)
            for pattern in patterns {
                let outer = list.filter { budget.covers($0, pattern) }
                let closest = outer.contains { Specificity($0) <= Specificity(pattern) }
                #expect(index.covers(pattern, asClosely: false, budget) == !outer.isEmpty)
                #expect(index.covers(pattern, asClosely: true, budget) == closest)
            }
        }
        #expect(!budget.isExceeded)
    }
}
