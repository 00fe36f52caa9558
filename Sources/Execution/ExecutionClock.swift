public import Platform

/// Time and chance, as execution sees them.
public struct ExecutionClock: Sendable {
    /// A clock that never steps back.
    public var now: @Sendable () -> MonotonicInstant
    /// The calendar: milliseconds since 1970 UTC.
    public var calendar: @Sendable () -> Int64
    /// Waits; shorter when the task is cancelled.
    public var sleep: @Sendable (Duration) async -> Void
    /// A random fraction, from 0 up to 1.
    public var fraction: @Sendable () -> Double

    /// A clock of these parts.
    public init(
        now: @escaping @Sendable () -> MonotonicInstant,
        calendar: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async -> Void,
        fraction: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.calendar = calendar
        self.sleep = sleep
        self.fraction = fraction
    }

    private static let origin = ContinuousClock.now

    /// The system's.
    public static let system = ExecutionClock(
        // Not the coarse clock: latencies are told in fractions of a millisecond.
        now: {
            let elapsed = origin.duration(to: .now)
            return MonotonicInstant(nanoseconds: elapsed.nanosecondsClamped)
        },
        calendar: { WallClock.milliseconds() },
        sleep: { duration in
            do {
                try await Task.sleep(for: duration)
            } catch {
                // Whoever was cancelled finds out by what it does next.
            }
        },
        fraction: { Double(Random.integer() >> 11) / Double(1 << 53) }
    )
}
