import Platform

/// Stops calls to a provider that fails, and lets one through from time to time to see whether it
/// still does.
struct CircuitBreaker: Sendable {
    /// Where it stands.
    enum State: String, Sendable {
        case closed
        case open
        case halfOpen = "half-open"
    }

    /// How a call went, as the breaker counts it.
    enum Outcome: Sendable {
        /// The provider works, whatever it said.
        case success
        /// A timeout, a failed connection, or a status of 500 and above.
        case failure
        /// It says nothing about the provider.
        case none
    }

    /// What became of a call that wanted through.
    enum Admission: Sendable {
        case passes
        /// It is the one call that finds out whether the provider works again.
        case probes
        case refused(retryAfter: Duration)
    }

    private let settings: BreakerSettings
    private var failuresInRow = 0
    private var outcomes: OutcomeWindow
    /// Until when no call passes; nil while closed.
    private var openUntil: MonotonicInstant?
    /// When the probe under way began; nil without one.
    private var probeStart: MonotonicInstant?
    /// After how long a probe that has not ended is given up.
    ///
    /// No call takes longer, and one that was lost keeps nobody out for ever.
    private static let probeTimeMax = CapabilityCall.timeoutMax

    init(_ settings: BreakerSettings) {
        self.settings = settings
        self.outcomes = OutcomeWindow(settings.window)
    }

    /// Whether it has opened, and no probe has succeeded since.
    var isTripped: Bool { openUntil != nil }

    /// Where it stands at `now`.
    func state(now: MonotonicInstant) -> State {
        guard let openUntil else { return .closed }
        return probeStart != nil || now >= openUntil ? .halfOpen : .open
    }

    /// Whether a call would pass, and how; changes nothing.
    func admission(now: MonotonicInstant) -> Admission {
        guard let openUntil else { return .passes }
        if let probeStart, now < probeStart + Self.probeTimeMax {
            return .refused(retryAfter: .seconds(1))
        }
        return now >= openUntil ? .probes : .refused(retryAfter: openUntil - now)
    }

    /// Lets the probe through that `admission` promised.
    mutating func startProbe(now: MonotonicInstant) { probeStart = now }

    /// Counts the outcome of a call that was let through.
    mutating func record(
        _ outcome: Outcome,
        isSlow: Bool = false,
        wasProbe: Bool,
        now: MonotonicInstant
    ) {
        guard wasProbe else { return recordCall(outcome, isSlow, now) }
        probeStart = nil
        switch outcome {
        case .success: isSlow ? open(now) : close()
        case .failure: open(now)
        // The next call may probe.
        case .none: openUntil = now
        }
    }

    private mutating func recordCall(_ outcome: Outcome, _ isSlow: Bool, _ now: MonotonicInstant) {
        // Calls that were under way when it opened say nothing new.
        guard openUntil == nil, outcome != .none else { return }
        let isFailure = outcome == .failure
        failuresInRow = isFailure ? failuresInRow + 1 : 0
        outcomes.add(isFailure: isFailure, isSlow: isSlow, now: now)
        guard isFailure || isSlow else { return }
        let counts = outcomes.counts(now: now)
        let isShareReached =
            isFailure && Double(counts.failures) >= settings.failureShare * Double(counts.calls)
            || isSlow && Double(counts.slow) >= settings.slowShare * Double(counts.calls)
        let isWindowFull = counts.calls >= settings.windowCallCountMin
        if failuresInRow >= settings.failuresInRow || isWindowFull && isShareReached { open(now) }
    }

    private mutating func open(_ now: MonotonicInstant) {
        openUntil = now + settings.openTime
        failuresInRow = 0
        outcomes.clear()
    }

    private mutating func close() {
        openUntil = nil
        failuresInRow = 0
        outcomes.clear()
    }

    /// Whether it is as good as new.
    func isIdle(now: MonotonicInstant) -> Bool {
        openUntil == nil && failuresInRow == 0 && outcomes.counts(now: now).calls == 0
    }
}
