import Platform

/// The time, in milliseconds since 1970.
enum WallClockTime {
    static var now: Int64 { WallClock.milliseconds() }
}
