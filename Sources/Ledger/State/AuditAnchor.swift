/// The head of an audit trail, as the log last knew it, and where the trail begins.
public struct AuditAnchor: Sendable, Hashable {
    /// A record of the trail.
    public struct Point: Sendable, Hashable {
        /// Its sequence number.
        public let sequence: UInt64
        /// Its hash.
        public let hash: String

        /// A point.
        public init(sequence: UInt64, hash: String) {
            self.sequence = sequence
            self.hash = hash
        }
    }

    /// The newest record.
    public let head: Point
    /// The last record that was removed, behind which the trail goes on; nil when none was.
    public let removed: Point?

    /// The sequence number of the newest record.
    public var sequence: UInt64 { head.sequence }
    /// Its hash.
    public var hash: String { head.hash }

    /// An anchor.
    public init(sequence: UInt64, hash: String, removed: Point? = nil) {
        head = Point(sequence: sequence, hash: hash)
        self.removed = removed
    }
}

/// A process that keeps an audit trail, where several work on one log.
///
/// Names are ordered by when they were made (UUID version 7), so the least is the oldest.
public struct AuditWriter: Sendable, Hashable, Comparable {
    /// The most trails whose heads are remembered; the oldest writer is forgotten first.
    public static let countMax = 1000
    /// The one process of a log that is not shared.
    public static let only = AuditWriter("")

    /// The name.
    public let text: String

    /// A writer of this name.
    public init(_ text: String) { self.text = text }

    /// Orders by name.
    public static func < (left: AuditWriter, right: AuditWriter) -> Bool { left.text < right.text }
}
