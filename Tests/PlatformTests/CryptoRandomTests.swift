import Testing

@testable import Platform

@Suite struct RandomTests {
    @Test(arguments: [0, 1, 32, Random.byteCountMax])
    func `gives as many bytes as asked`(_ count: Int) {
        #expect(Random.bytes(count: count).count == count)
    }

    @Test func `two draws differ`() {
        #expect(Random.bytes(count: 16) != Random.bytes(count: 16))
        #expect(Random.integer() != Random.integer())
    }
}

@Suite struct UUIDv7Tests {
    private static let zeros: (UInt64, UInt64) = (0, 0)
    private static let ones: (UInt64, UInt64) = (.max, .max)

    @Test func `has the layout of RFC 9562`() {
        var sequence = UUIDv7Sequence()
        let text = UUIDv7.text(sequence.next(now: 0x0123_4567_89AB, random: Self.ones))
        #expect(text == "01234567-89ab-77ff-bfff-ffffffffffff")
    }

    @Test func `sorts by making within a millisecond and past a full counter`() {
        var sequence = UUIDv7Sequence()
        let texts = (0..<10_000)
            .map { _ in
                UUIDv7.text(
                    sequence.next(
                        now: 1_736_931_600_000,
                        random: (Random.integer(), Random.integer())
                    )
                )
            }
        #expect(texts == texts.sorted())
        #expect(Set(texts).count == texts.count)
    }

    @Test func `sorts by making when the clock is set back`() {
        var sequence = UUIDv7Sequence()
        let before = UUIDv7.text(sequence.next(now: 2000, random: Self.zeros))
        let after = UUIDv7.text(sequence.next(now: 1000, random: Self.zeros))
        #expect(before < after)
    }

    @Test func `a millisecond beyond 48 bits stays within its field`() {
        var sequence = UUIDv7Sequence()
        let text = UUIDv7.text(sequence.next(now: .max, random: Self.zeros))
        #expect(text == "ffffffff-ffff-7000-8000-000000000000")
    }

    @Test func `identifiers of concurrent callers are all different`() async {
        let texts = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<1000).map { _ in UUIDv7.make(now: WallClock.milliseconds()) }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(texts).count == 8000)
    }
}
