import Platform

/// A rate limit by the generic cell rate algorithm: so many calls at once, then refilled evenly.
///
/// One instant is all the state: when the bucket would be full again.
struct GCRA: Sendable {
    /// A limit: so many calls in a period.
    struct Rate: Sendable, Hashable {
        let count: Int
        /// Nanoseconds.
        let period: Int64

        /// The nanoseconds that one call takes of the period, rounded up: never more calls than
        /// `count` at once, and never a faster refill.
        var interval: Int64 { (period + Int64(count) - 1) / Int64(count) }
        /// The nanoseconds that a full bucket holds beside the next call.
        var tolerance: Int64 { interval * Int64(count - 1) }
    }

    /// The nanosecond at which the bucket is full again.
    private var fullAt = Int64.min

    init() {}

    /// A bucket that is full again at an instant.
    init(fullAt: MonotonicInstant) { self.fullAt = fullAt.nanoseconds }

    /// How long to wait for the next call; zero when it may be made now.
    func wait(_ rate: Rate, now: MonotonicInstant) -> Duration {
        guard fullAt > now.nanoseconds else { return .zero }
        return .nanoseconds(max(0, fullAt - now.nanoseconds - rate.tolerance))
    }

    /// Takes one call.
    mutating func take(_ rate: Rate, now: MonotonicInstant) {
        fullAt = max(fullAt, now.nanoseconds) + rate.interval
    }

    /// The calls that could be made at once.
    func remaining(_ rate: Rate, now: MonotonicInstant) -> Int {
        let used = max(0, fullAt > now.nanoseconds ? fullAt - now.nanoseconds : 0)
        return max(0, rate.count - Int((used + rate.interval - 1) / rate.interval))
    }

    /// The time until the bucket is full.
    func timeUntilFull(now: MonotonicInstant) -> Duration {
        .nanoseconds(fullAt > now.nanoseconds ? fullAt - now.nanoseconds : 0)
    }

    /// Whether it is as good as new.
    func isFull(now: MonotonicInstant) -> Bool { fullAt <= now.nanoseconds }
}
