import Model
import Testing

@testable import Commands

@Suite struct FailureTableTests {
    @Test func `failures are counted within their minute`() {
        var table = FailureTable<String>()
        #expect((1...3).map { _ in table.count("a", minute: 7) } == [1, 2, 3])
        #expect(table.count("b", minute: 7) == 1)
        #expect(table.count("a", minute: 8) == 1)
        #expect(table.count("a", minute: 8) == 2)
    }

    @Test func `a flood of new names is bounded, and pushes out hardly a count that matters`() {
        var table = FailureTable<Int>()
        for _ in 0..<50 { for name in 0..<20 { _ = table.count(-1 - name, minute: 7) } }
        for name in 0..<200_000 { _ = table.count(name, minute: 7) }
        #expect(table.subjectCount <= FailureTable<Int>.countMax)
        // Those that failed often are the last to be pushed out.
        #expect((0..<20).map { table.count(-1 - $0, minute: 7) } == [Int](repeating: 51, count: 20))
    }

    @Test func `what a minute left behind makes room first`() {
        var table = FailureTable<Int>()
        for name in 0..<100_000 { for _ in 0..<2 { _ = table.count(name, minute: 7) } }
        for name in 1_000_000..<1_001_000 { _ = table.count(name, minute: 8) }
        let counts = (1_000_000..<1_001_000).map { table.count($0, minute: 8) }
        #expect(counts.count { $0 == 2 } > 990)
    }
}
