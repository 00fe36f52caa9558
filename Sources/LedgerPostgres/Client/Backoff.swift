#if PostgreSQL
import Platform

/// The pauses between attempts: exponential, with full jitter, so that replicas that lost one server
/// do not come back to it together.
struct Backoff {
    /// The upper end of the first pause.
    static let first = Duration.milliseconds(50)
    /// The upper end of every pause.
    static let pauseMax = Duration.seconds(2)

    private var ceiling = Self.first

    /// The next pause: by chance, between nothing and a bound that doubles each time.
    mutating func next() -> Duration {
        defer { ceiling = min(ceiling * 2, Self.pauseMax) }
        let nanoseconds = UInt64(ceiling.nanosecondsClamped)
        return .nanoseconds(Int64(Random.integer() % (nanoseconds + 1)))
    }

    /// Begins anew, after a success.
    mutating func reset() { ceiling = Self.first }
}
#endif
