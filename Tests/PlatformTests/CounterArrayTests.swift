import Platform
import Testing

@Suite struct CounterArrayTests {
    @Test(arguments: [1, 100_000])
    func `every number begins at zero and counts alone`(_ count: Int) {
        let counters = CounterArray(count: count)
        #expect((0..<count).allSatisfy { counters[$0] == 0 })
        counters.add(3, at: count - 1)
        counters.add(4, at: count - 1)
        #expect(counters[count - 1] == 7)
        #expect((0..<(count - 1)).allSatisfy { counters[$0] == 0 })
    }

    @Test func `threads lose no count`() async {
        let counters = CounterArray(count: 2)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for turn in 0..<10_000 { counters.add(1, at: turn % 2) } }
            }
        }
        #expect([counters[0], counters[1]] == [20_000, 20_000])
    }

    @Test func `a number after the last stops the process`() async {
        await #expect(processExitsWith: .failure) { CounterArray(count: 1).add(1, at: 1) }
        await #expect(processExitsWith: .failure) { _ = CounterArray(count: 1)[-1] }
    }
}
