import Platform
import Testing

@testable import Execution

@Suite struct CircuitBreakerTests {
    private func at(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(seconds * 1e9))
    }

    private func breaker(
        _ outcomes: [CircuitBreaker.Outcome],
        every seconds: Double = 0.1
    ) -> CircuitBreaker {
        var breaker = CircuitBreaker(BreakerSettings())
        for (index, outcome) in outcomes.enumerated() {
            breaker.record(outcome, wasProbe: false, now: at(100 + Double(index) * seconds))
        }
        return breaker
    }

    @Test func `opens at five failures in a row`() {
        let four = Array(repeating: CircuitBreaker.Outcome.failure, count: 4)
        #expect(breaker(four).state(now: at(101)) == .closed)
        #expect(breaker(four + [.failure]).state(now: at(101)) == .open)
        #expect(breaker(four + [.success, .failure]).state(now: at(101)) == .closed)
        #expect(breaker(four + [.none, .failure]).state(now: at(101)) == .open)
    }

    @Test func `opens at half of ten calls within the window`() {
        let pair = [CircuitBreaker.Outcome.success, .failure]
        let nine = Array([pair, pair, pair, pair].joined()) + [.success]
        #expect(breaker(nine).state(now: at(102)) == .closed)
        #expect(breaker(nine + [.failure]).state(now: at(102)) == .open)
        // Four of ten.
        #expect(breaker([.success] + nine).state(now: at(102)) == .closed)
        // The first ones are out of the window when the last comes.
        #expect(breaker(nine + [.failure], every: 4).state(now: at(137)) == .closed)
    }

    @Test func `after its time one probe passes and decides`() {
        var breaker = breaker(Array(repeating: .failure, count: 5), every: 0)
        guard case .refused(let wait) = breaker.admission(now: at(110)) else {
            Issue.record("an open breaker refuses")
            return
        }
        #expect(wait == .seconds(20))
        #expect(breaker.state(now: at(129.9)) == .open)
        guard case .probes = breaker.admission(now: at(130)) else {
            Issue.record("a probe passes")
            return
        }
        breaker.startProbe(now: at(130))
        #expect(breaker.state(now: at(130)) == .halfOpen)
        guard case .refused = breaker.admission(now: at(131)) else {
            Issue.record("one probe at a time")
            return
        }
        breaker.record(.failure, wasProbe: true, now: at(132))
        #expect(breaker.state(now: at(161)) == .open)
        breaker.startProbe(now: at(162))
        breaker.record(.success, wasProbe: true, now: at(162))
        #expect(breaker.state(now: at(162)) == .closed)
        #expect(breaker.isIdle(now: at(162)))
    }

    @Test func `a probe that says nothing lets the next one probe`() {
        var breaker = breaker(Array(repeating: .failure, count: 5), every: 0)
        breaker.startProbe(now: at(130))
        breaker.record(.none, wasProbe: true, now: at(130))
        guard case .probes = breaker.admission(now: at(130)) else {
            Issue.record("the next one probes")
            return
        }
    }

    @Test func `a probe that never ends is followed by another`() {
        var breaker = breaker(Array(repeating: .failure, count: 5), every: 0)
        breaker.startProbe(now: at(130))
        guard case .refused = breaker.admission(now: at(249.9)) else {
            Issue.record("one probe at a time, as long as a call may take")
            return
        }
        guard case .probes = breaker.admission(now: at(250)) else {
            Issue.record("no call takes longer")
            return
        }
        breaker.startProbe(now: at(250))
        breaker.record(.success, wasProbe: true, now: at(251))
        #expect(breaker.state(now: at(251)) == .closed)
    }

    @Test func `calls that were under way when it opened change nothing`() {
        var breaker = breaker(Array(repeating: .failure, count: 5), every: 0)
        breaker.record(.success, wasProbe: false, now: at(101))
        breaker.record(.failure, wasProbe: false, now: at(120))
        #expect(breaker.state(now: at(129)) == .open)
        #expect(breaker.state(now: at(130)) == .halfOpen)
    }

    @Test func `opens when half of ten answers are slow, and a slow probe does not close it`() {
        var settings = BreakerSettings()
        settings.slowTime = .seconds(2)
        var breaker = CircuitBreaker(settings)
        for index in 0..<9 {
            breaker.record(.success, isSlow: index % 2 == 0, wasProbe: false, now: at(100))
        }
        #expect(breaker.state(now: at(101)) == .closed)
        breaker.record(.success, isSlow: true, wasProbe: false, now: at(101))
        #expect(breaker.state(now: at(101)) == .open)
        breaker.startProbe(now: at(131))
        breaker.record(.success, isSlow: true, wasProbe: true, now: at(131))
        #expect(breaker.state(now: at(132)) == .open)
        breaker.startProbe(now: at(161))
        breaker.record(.success, isSlow: false, wasProbe: true, now: at(161))
        #expect(breaker.state(now: at(161)) == .closed)
    }
}
