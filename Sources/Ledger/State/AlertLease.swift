public import Model

/// Which of the processes over one log sends alerts, and until when no other one does.
public struct AlertLease: Sendable, Hashable {
    /// The process.
    public let holder: String
    /// When it ends, if it is not renewed.
    public let until: Timestamp

    /// A lease.
    public init(holder: String, until: Timestamp) {
        self.holder = holder
        self.until = until
    }
}

/// What the tenant was told about a connection and need not be told again: what it is, and for which
/// period or moment.
public struct AlertMark: Sendable, Hashable {
    /// What was told, such as `quota.callsPerDay.80`; a closed set of names.
    public let name: String
    /// What it was told of, such as the start of the period.
    public let value: String

    /// A mark.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
