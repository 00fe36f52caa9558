import Platform
import Testing

@testable import Execution

@Suite struct GCRATests {
    private func at(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
    }

    @Test(arguments: [1, 2, 7, 60, 1000])
    func `admits so many at once and no more`(_ count: Int) {
        let rate = GCRA.Rate(count: count, period: 60_000_000_000)
        var bucket = GCRA()
        for left in (0..<count).reversed() {
            #expect(bucket.wait(rate, now: at(100)) == .zero)
            bucket.take(rate, now: at(100))
            #expect(bucket.remaining(rate, now: at(100)) == left)
        }
        #expect(bucket.wait(rate, now: at(100)) > .zero)
    }

    @Test func `refills evenly`() {
        let rate = GCRA.Rate(count: 4, period: 60_000_000_000)
        var bucket = GCRA()
        for _ in 0..<4 { bucket.take(rate, now: at(100)) }
        #expect(bucket.wait(rate, now: at(100)) == .seconds(15))
        #expect(bucket.wait(rate, now: at(114.5)) == .milliseconds(500))
        #expect(bucket.wait(rate, now: at(115)) == .zero)
        #expect(bucket.remaining(rate, now: at(115)) == 1)
        bucket.take(rate, now: at(115))
        #expect(bucket.wait(rate, now: at(115)) == .seconds(15))
        #expect(bucket.timeUntilFull(now: at(115)) == .seconds(60))
        #expect(bucket.isFull(now: at(175)))
        #expect(bucket.remaining(rate, now: at(1000)) == 4)
    }

    @Test func `the largest limit does not overflow`() {
        let rate = GCRA.Rate(count: 1_000_000_000_000, period: 3_600_000_000_000)
        var bucket = GCRA()
        for _ in 0..<100 { bucket.take(rate, now: at(1)) }
        #expect(bucket.wait(rate, now: at(1)) == .zero)
    }
}
