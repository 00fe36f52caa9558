/// When a delivery is tried: at once and then ever later, over three days in all (the schedule that
/// Standard Webhooks recommends).
public enum DeliverySchedule {
    /// The waits before each try.
    public static let waits: [Duration] = [
        .zero, .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3600),
        .seconds(5 * 3600), .seconds(10 * 3600), .seconds(14 * 3600), .seconds(20 * 3600),
        .seconds(24 * 3600),
    ]
    /// How much longer than said a wait may be, as a share of it: endpoints that came back are not
    /// met by everybody at once.
    public static let jitterMax = 0.1
    /// The longest wait that an endpoint may ask for (`Retry-After`); it is obeyed up to here.
    public static let retryAfterMax = Duration.seconds(3600)
    /// After how long without any success an endpoint is no longer tried.
    public static let failingTimeMax = Duration.seconds(5 * 86_400)

    /// The wait before the next try.
    ///
    /// - Parameters:
    ///   - tryCount: The tries so far, at least one.
    ///   - fraction: A random fraction, from 0 up to 1.
    /// - Returns: The wait; nil when the last try was the last one.
    public static func wait(after tryCount: Int, fraction: Double) -> Duration? {
        guard waits.indices.contains(tryCount) else { return nil }
        return waits[tryCount] * (1 + jitterMax * fraction)
    }
}
