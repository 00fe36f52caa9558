import Model
import Outbound
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

    private var readBreaker: CircuitBreaker
    private var writeBreaker: CircuitBreaker
    /// What the provider said last of its own limits.
    private(set) var learned = LearnedLimit()
    private var minute = GCRA()
    private var hour = GCRA()
    private var quotas: [QuotaPeriod: QuotaCounter] = [:]
    private var underWayCount = 0
    /// What is leased of the limits that replicas share; unused by a process that counts alone.
    var leased = LeasedCalls()
    private(set) var requestCount = 0
    private(set) var errorCount = 0
    private(set) var lastUse: MonotonicInstant
    /// The shares of quotas that were reached since `finish` told of them last.
    private var crossings: [GateEvent.Quota] = []

    /// The most calls under way, whatever the constraints say: nobody has all of the process's room.
    private let underWayCountMax: Int

    init(_ configuration: ExecutionConfiguration, now: MonotonicInstant) {
        readBreaker = CircuitBreaker(configuration.breaker)
        writeBreaker = CircuitBreaker(configuration.breaker)
        underWayCountMax = configuration.callsPerConnectionMax
        lastUse = now
    }

    /// How a call ended, as far as it is counted.
    struct End: Sendable {
        var outcome = CircuitBreaker.Outcome.none
        /// Whether the answer took longer than a provider that works takes.
        var isSlow = false
        var isError = true
        /// What the provider said of its own limits.
        var learned = LearnedLimit.Observation()

        /// Takes what the last attempt of a call showed.
        ///
        /// That there was no answer in time says nothing of a provider that the caller left less time
        /// than calls have: all who share the connection would pay for the caller's haste.
        mutating func observe(
            _ attempt: Attempt,
            of call: CapabilityCall,
            _ configuration: ExecutionConfiguration,
            _ clock: ExecutionClock
        ) {
            let isCut = attempt.isTimeout && call.timeout < configuration.timeout
            outcome = isCut ? .none : attempt.breakerOutcome
            switch attempt {
            case .answer(let response):
                take(response.status, after: response.timings.total, configuration, clock) {
                    response.header($0)
                }
            // The body comes as fast as its reader takes it: the head tells of the provider.
            case .stream(let stream):
                take(stream.status, after: stream.headTime, configuration, clock) {
                    stream.header($0)
                }
            case .failure, .outOfTime: break
            }
        }

        private mutating func take(
            _ status: Int,
            after time: Duration,
            _ configuration: ExecutionConfiguration,
            _ clock: ExecutionClock,
            header: (String) -> String?
        ) {
            isSlow = configuration.breaker.slowTime.map { time >= $0 } ?? false
            learned = LearnedLimit.Observation(status, calendar: clock.calendar(), header: header)
        }
    }

    /// Lets a call through, which must be ended by `finish`.
    ///
    /// - Returns: Whether the call is the breaker's probe.
    mutating func admit(
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        at moment: Moment
    ) throws(CallFailure.Reason) -> Bool {
        try check(constraints, at: moment)
        if case .refused(let wait) = breaker(callClass).admission(now: moment.now) {
            throw .circuitOpen(retryAfterSeconds: wait.retrySeconds)
        }
        return begin(callClass, constraints, at: moment)
    }

    /// Counts a call that nothing refuses.
    ///
    /// - Returns: Whether the call is the breaker's probe.
    mutating func begin(
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        at moment: Moment
    ) -> Bool {
        var isProbe = false
        if case .probes = breaker(callClass).admission(now: moment.now) { isProbe = true }
        if isProbe { change(callClass) { $0.startProbe(now: moment.now) } }
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
    ///
    /// - Returns: What has come to pass since the last one; nearly always nothing.
    mutating func finish(
        _ callClass: Operation.CallClass,
        _ end: End,
        wasProbe: Bool,
        now: MonotonicInstant
    ) -> [GateEvent.Kind] {
        precondition(underWayCount > 0, "a call ends that was admitted")
        underWayCount -= 1
        if end.isError { errorCount += 1 }
        lastUse = now
        return observe(callClass, end, wasProbe: wasProbe, now: now)
    }

    /// Takes what an answer shows of the provider.
    mutating func observe(
        _ callClass: Operation.CallClass,
        _ end: End,
        wasProbe: Bool,
        now: MonotonicInstant
    ) -> [GateEvent.Kind] {
        learned.take(end.learned, now: now)
        let wasTripped = breaker(callClass).isTripped
        change(callClass) { breaker in
            breaker.record(end.outcome, isSlow: end.isSlow, wasProbe: wasProbe, now: now)
        }
        let isTripped = breaker(callClass).isTripped
        guard isTripped != wasTripped || !crossings.isEmpty else { return [] }
        var events = crossings.map { GateEvent.Kind.quotaReached($0) }
        crossings = []
        if isTripped != wasTripped {
            events.append(isTripped ? .breakerOpened(callClass) : .breakerClosed(callClass))
        }
        return events
    }

    /// The breaker that calls of the class pass.
    func breaker(_ callClass: Operation.CallClass) -> CircuitBreaker {
        switch callClass {
        case .read: readBreaker
        case .write: writeBreaker
        }
    }

    private mutating func change(
        _ callClass: Operation.CallClass,
        _ work: (inout CircuitBreaker) -> Void
    ) {
        switch callClass {
        case .read: work(&readBreaker)
        case .write: work(&writeBreaker)
        }
    }

    /// Whether nothing would be lost by forgetting it, but for the counts of `usage`.
    func isIdle(at moment: Moment) -> Bool {
        underWayCount == 0 && leased.left == 0 && leased.waitingCount == 0
            && minute.isFull(now: moment.now)
            && hour.isFull(now: moment.now)
            && readBreaker.isIdle(now: moment.now) && writeBreaker.isIdle(now: moment.now)
            && learned.wait(now: moment.now) == .zero
            && quotas.allSatisfy { $0.value.used($0.key, now: moment.calendar) == 0 }
    }

    /// Whether a call is under way, or waits for a lease.
    var isBusy: Bool { underWayCount > 0 || leased.waitingCount > 0 }

    private func check(
        _ constraints: Constraints,
        at moment: Moment
    ) throws(CallFailure.Reason) {
        if let refusal = rateRefusal(constraints, at: moment) { throw refusal }
        if let refusal = quotaRefusal(constraints, at: moment) { throw refusal }
        if let refusal = concurrencyRefusal(constraints) { throw refusal }
    }

    func concurrencyRefusal(_ constraints: Constraints) -> CallFailure.Reason? {
        let limit = constraints.concurrency ?? .max
        guard underWayCount >= min(limit, underWayCountMax) else { return nil }
        guard underWayCount >= limit else { return .overloaded(.callsPerConnection) }
        return .limited(.concurrency, name: "concurrency", retryAfterSeconds: 1)
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
        let providersWait = learned.wait(now: moment.now)
        if providersWait > longest.wait { longest = (providersWait, "provider") }
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

    mutating func take(_ constraints: Constraints, at moment: Moment) {
        if let rate = Self.minuteRate(constraints) { minute.take(rate, now: moment.now) }
        if let rate = Self.hourRate(constraints) { hour.take(rate, now: moment.now) }
        for period in QuotaPeriod.allCases {
            guard let limit = constraints.quotas[period.rawValue] else { continue }
            quotas[period, default: QuotaCounter()].take(period, now: moment.calendar)
            guard let percent = quotas[period]?.reachedPercent(of: limit) else { continue }
            crossings.append(
                GateEvent.Quota(
                    name: period.rawValue,
                    percent: percent,
                    limit: limit,
                    start: Timestamp(milliseconds: period.start(at: moment.calendar)),
                    end: Timestamp(milliseconds: period.end(at: moment.calendar))
                )
            )
        }
    }

    /// Puts another count of a rate in place of its own.
    mutating func mirrorRate(_ name: String, _ bucket: GCRA) {
        if name == "rpm" { minute = bucket } else { hour = bucket }
    }

    /// Puts another count of a quota in place of its own.
    mutating func mirrorQuota(_ period: QuotaPeriod, _ counter: QuotaCounter) {
        quotas[period] = counter
    }

    /// The rates that apply, by the name of their constraint, with their buckets.
    func rates(_ constraints: Constraints) -> [(name: String, rate: GCRA.Rate, bucket: GCRA)] {
        var rates: [(name: String, rate: GCRA.Rate, bucket: GCRA)] = []
        if let rate = Self.minuteRate(constraints) { rates.append(("rpm", rate, minute)) }
        if let rate = Self.hourRate(constraints) { rates.append(("rph", rate, hour)) }
        return rates
    }

    /// What is counted of the period; nil before the first call of one.
    func counter(_ period: QuotaPeriod) -> QuotaCounter? { quotas[period] }

    /// The calls of the period so far.
    func used(_ period: QuotaPeriod, at moment: Moment) -> Int {
        quotas[period]?.used(period, now: moment.calendar) ?? 0
    }

    static func minuteRate(_ constraints: Constraints) -> GCRA.Rate? {
        constraints.callsPerMinute.map { GCRA.Rate(count: max(1, $0), period: 60_000_000_000) }
    }

    static func hourRate(_ constraints: Constraints) -> GCRA.Rate? {
        constraints.callsPerHour.map { GCRA.Rate(count: max(1, $0), period: 3_600_000_000_000) }
    }
}
