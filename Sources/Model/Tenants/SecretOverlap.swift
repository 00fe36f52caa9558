/// The time after a rotation in which the secret before it can be returned to.
///
/// Both are references; what they name is never kept.
public struct SecretOverlap: Sendable, Hashable {
    /// The longest overlap: a week.
    public static let secondsMax = 604_800
    /// The overlap of a rotation that names none: an hour.
    public static let secondsDefault = 3600

    /// The reference before the rotation.
    public let previous: SecretReference
    /// The reference that took over; with another one in its place the overlap has ended.
    public let current: SecretReference
    /// When it ends.
    public let until: Timestamp
    /// When the credentials before the rotation end; nil when it is not known.
    public let previousEnd: Timestamp?

    /// An overlap.
    public init(
        previous: SecretReference,
        current: SecretReference,
        until: Timestamp,
        previousEnd: Timestamp? = nil
    ) {
        (self.previous, self.current, self.until) = (previous, current, until)
        self.previousEnd = previousEnd
    }

    /// Whether the connection can be returned to `previous`.
    public func isOpen(for connection: Connection, at now: Timestamp) -> Bool {
        connection.secretReference == current && now < until
    }
}
