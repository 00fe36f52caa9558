import Execution
import Model

/// A limit that was reached, for the header fields `RateLimit` and `RateLimit-Policy` (IETF draft
/// "RateLimit header fields for HTTP", 10).
public struct RateLimitNote: Sendable, Hashable {
    /// The limit's name.
    public let name: String
    /// How much it allows within its window.
    public let quota: Int
    /// The window, in seconds; nil for a limit on what runs at the same time.
    public let windowSeconds: Int?
    /// After how many seconds something is allowed again.
    public let resetSeconds: Int

    /// A limit.
    public init(name: String, quota: Int, windowSeconds: Int?, resetSeconds: Int) {
        self.name = name
        self.quota = quota
        self.windowSeconds = windowSeconds
        self.resetSeconds = resetSeconds
    }

    /// The limit that a call ran into; nil when it failed for another reason.
    ///
    /// - Parameters:
    ///   - failure: Why the call failed.
    ///   - constraints: The limits that applied to it.
    ///   - providerLimit: What the provider says that it allows within a window whose length it does
    ///     not say; nil when it says neither, and that nothing is left is all that is known.
    init?(
        _ failure: CallFailure,
        _ constraints: Constraints,
        providerLimit: () -> Int64?
    ) {
        guard case .limited(_, let name, let seconds) = failure.reason else { return nil }
        let quota: Int?
        let window: Int?
        switch name {
        case "rpm": (quota, window) = (constraints.callsPerMinute, 60)
        case "rph": (quota, window) = (constraints.callsPerHour, 3600)
        case "concurrency": (quota, window) = (constraints.concurrency, nil)
        case "provider": (quota, window) = (providerLimit().map { Int($0) } ?? 0, nil)
        default: (quota, window) = (constraints.quotas[name], Self.periods[name])
        }
        guard let quota else { return nil }
        self.init(name: name, quota: quota, windowSeconds: window, resetSeconds: seconds)
    }

    private static let periods = [
        "callsPerMinute": 60, "callsPerHour": 3600, "callsPerDay": 86_400,
        "callsPerMonth": 30 * 86_400,
    ]
}
