import Model
import Platform

/// What is counted of one connection: its rates, quotas, calls under way and circuit breaker.
///
/// A call is admitted by all of them or takes from none.
struct ConnectionGate: Sendable {
    /// A moment, on both clocks.
    struct Moment: Sendable {
        let now: MonotonicInstant
        /// Milliseconds since 1970.
        let calendar: Int64
    }

    private(set) var breaker: CircuitBreaker
    private var minute = GCRA()
    private var hour = GCRA()
    private var quotas: [QuotaPeriod: QuotaCounter] = [:]
    private var underWayCount = 0
    private(set) var requestCount = 0
    private(set) var errorCount = 0
    private(set) var lastUse: MonotonicInstant

    init(_ settings: BreakerSettings, now: MonotonicInstant) {
        breaker = CircuitBreaker(settings)
        lastUse = now
    }

    /// Lets a call through, which must be ended by `finish`.
    ///
    /// - Returns: Whether the call is the breaker's probe.
    mutating func admit(
        _ constraints: Constraints,
        at moment: Moment
    ) throws(CallFailure.Reason) -> Bool {
        try check(constraints, at: moment)
        var isProbe = false
        switch breaker.admission(now: moment.now) {
        case .refused(let wait): throw .circuitOpen(retryAfterSeconds: wait.retrySeconds)
        case .probes: isProbe = true
        case .passes: break
        }
        if isProbe { breaker.startProbe() }
        take(constraints, at: moment)
        underWayCount += 1
        requestCount += 1
        lastUse = moment.now
        return isProbe
    }

    /// Takes what one more attempt of an admitted call needs; false when a limit forbids it.
    mutating func admitRetry(_ constraints: Constraints, at moment: Moment) -> Bool {
        guard rateRefusal(constraints, at: moment) == nil,
            quotaRefusal(constraints, at: moment) == nil
        else { return false }
        take(constraints, at: moment)
        return true
    }

    /// Ends a call that was let through.
    mutating func finish(
        _ outcome: CircuitBreaker.Outcome,
        wasProbe: Bool,
        isError: Bool,
        now: MonotonicInstant
    ) {
        precondition(underWayCount > 0, "a call ends that was admitted")
        underWayCount -= 1
        if isError { errorCount += 1 }
        lastUse = now
        breaker.record(outcome, wasProbe: wasProbe, now: now)
    }

    /// Whether nothing would be lost by forgetting it, but for the counts of `usage`.
    func isIdle(at moment: Moment) -> Bool {
        underWayCount == 0 && minute.isFull(now: moment.now) && hour.isFull(now: moment.now)
            && breaker.isIdle(now: moment.now)
            && quotas.allSatisfy { $0.value.used($0.key, now: moment.calendar) == 0 }
    }

    /// Whether a call is under way.
    var isBusy: Bool { underWayCount > 0 }

    private func check(
        _ constraints: Constraints,
        at moment: Moment
    ) throws(CallFailure.Reason) {
        if let refusal = rateRefusal(constraints, at: moment) { throw refusal }
        if let refusal = quotaRefusal(constraints, at: moment) { throw refusal }
        if let limit = constraints.concurrency, underWayCount >= limit {
            throw .limited(.concurrency, name: "concurrency", retryAfterSeconds: 1)
        }
    }

    private func rateRefusal(
        _ constraints: Constraints,
        at moment: Moment
    ) -> CallFailure.Reason? {
        // The longer wait is told: after the shorter one the call would be refused again.
        var longest = (wait: Duration.zero, name: "")
        for (name, rate, bucket) in rates(constraints) {
            let wait = bucket.wait(rate, now: moment.now)
            if wait > longest.wait { longest = (wait, name) }
        }
        guard longest.wait > .zero else { return nil }
        return .limited(
            .rate,
            name: longest.name,
            retryAfterSeconds: longest.wait.retrySeconds
        )
    }

    private func quotaRefusal(
        _ constraints: Constraints,
        at moment: Moment
    ) -> CallFailure.Reason? {
        for period in QuotaPeriod.allCases.reversed() {
            guard let limit = constraints.quotas[period.rawValue],
                used(period, at: moment) >= limit
            else { continue }
            let wait = Duration.milliseconds(period.end(at: moment.calendar) - moment.calendar)
            return .limited(.quota, name: period.rawValue, retryAfterSeconds: wait.retrySeconds)
        }
        return nil
    }

    private mutating func take(_ constraints: Constraints, at moment: Moment) {
        if let rate = Self.minuteRate(constraints) { minute.take(rate, now: moment.now) }
        if let rate = Self.hourRate(constraints) { hour.take(rate, now: moment.now) }
        for period in QuotaPeriod.allCases where constraints.quotas[period.rawValue] != nil {
            quotas[period, default: QuotaCounter()].take(period, now: moment.calendar)
        }
    }

    /// The rates that apply, by the name of their constraint, with their buckets.
    func rates(_ constraints: Constraints) -> [(name: String, rate: GCRA.Rate, bucket: GCRA)] {
        var rates: [(name: String, rate: GCRA.Rate, bucket: GCRA)] = []
        if let rate = Self.minuteRate(constraints) { rates.append(("rpm", rate, minute)) }
        if let rate = Self.hourRate(constraints) { rates.append(("rph", rate, hour)) }
        return rates
    }

    /// The calls of the period so far.
    func used(_ period: QuotaPeriod, at moment: Moment) -> Int {
        quotas[period]?.used(period, now: moment.calendar) ?? 0
    }

    private static func minuteRate(_ constraints: Constraints) -> GCRA.Rate? {
        constraints.callsPerMinute.map { GCRA.Rate(count: max(1, $0), period: 60_000_000_000) }
    }

    private static func hourRate(_ constraints: Constraints) -> GCRA.Rate? {
        constraints.callsPerHour.map { GCRA.Rate(count: max(1, $0), period: 3_600_000_000_000) }
    }
}
