import Glibc

/// A point in time on the clock that never steps back.
///
/// Nanoseconds since some start; comparable within one process only.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
    /// Nanoseconds since the clock's start.
    public let nanoseconds: Int64

    /// An instant later than any that is reached: no deadline.
    public static let never = MonotonicInstant(nanoseconds: .max)

    /// Wraps nanoseconds since the clock's start.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Orders by time.
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant after `duration`, at most `never`.
    public static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        let (sum, overflows) = instant.nanoseconds.addingReportingOverflow(
            duration.nanosecondsClamped
        )
        return overflows ? .never : MonotonicInstant(nanoseconds: sum)
    }

    /// The time from `right` to `left`.
    public static func - (left: MonotonicInstant, right: MonotonicInstant) -> Duration {
        .nanoseconds(left.nanoseconds) - .nanoseconds(right.nanoseconds)
    }
}

/// The kernel's clocks: one for deadlines, one for measuring.
public enum MonotonicClock {
    /// Now, to the kernel's tick (1 to 10 ms), for deadlines; costs a few nanoseconds.
    public static var now: MonotonicInstant { instant(CLOCK_MONOTONIC_COARSE) }

    /// Now, to the nanosecond, for measuring how long something took; costs some 25 nanoseconds.
    ///
    /// Not to be mixed with `now`, which may lie a tick behind.
    public static var precise: MonotonicInstant { instant(CLOCK_MONOTONIC) }

    private static func instant(_ clock: clockid_t) -> MonotonicInstant {
        let time = read(clock)
        let seconds = Int64(time.tv_sec)
        return MonotonicInstant(nanoseconds: seconds * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// The calendar's seconds since 1970 UTC, to the kernel's tick; for the `Date` header.
    public static var calendarSeconds: Int { read(CLOCK_REALTIME_COARSE).tv_sec }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "every Linux has these clocks")
        return time
    }
}

extension Duration {
    /// The duration in nanoseconds, held within what an integer can say: 292 years.
    public var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carries) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows || carries ? (seconds < 0 ? .min : .max) : sum
    }
}
