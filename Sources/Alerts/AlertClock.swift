public import Model
import Platform

/// Time and chance, as alerts see them.
public struct AlertClock: Sendable {
    /// The calendar.
    public var now: @Sendable () -> Timestamp
    /// A random fraction, from 0 up to 1.
    public var fraction: @Sendable () -> Double

    /// A clock of these parts.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        fraction: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.fraction = fraction
    }

    /// The system's.
    public static let system = AlertClock(
        now: { Timestamp(milliseconds: WallClock.milliseconds()) },
        fraction: { Double(Random.integer() >> 11) / Double(1 << 53) }
    )
}
