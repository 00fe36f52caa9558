import Glibc

/// The time of day; it may jump when the system's clock is set.
public enum WallClock {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public static func milliseconds() -> Int64 {
        var time = timespec()
        let status = unsafe clock_gettime(CLOCK_REALTIME, &time)
        precondition(status == 0, "the system has a real-time clock")
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
