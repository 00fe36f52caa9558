/// A limit that replicas share: so many calls at once and then evenly, or so many in a period.
public struct SharedLimit: Hashable, Sendable {
    /// How calls are counted.
    public enum Kind: Hashable, Sendable {
        /// A rate: `interval` nanoseconds for each call, and at most the limit's `count` at once.
        case rate(interval: Int64)
        /// A quota, counted anew with each unit of the UTC calendar.
        case quota(CalendarUnit)
    }

    /// A unit of the UTC calendar; the raw value is PostgreSQL's name of it.
    public enum CalendarUnit: String, Hashable, Sendable {
        case minute
        case hour
        case day
        case month
    }

    /// Its name in the API, such as `rpm` or `callsPerDay`; unique within a connection.
    public let name: String
    /// How many calls it allows; never negative.
    public let count: Int
    /// How they are counted.
    public let kind: Kind

    /// A limit.
    public init(name: String, count: Int, kind: Kind) {
        precondition(count >= 0, "a limit is not negative")
        self.name = name
        self.count = count
        self.kind = kind
    }
}
