/// The head of an audit trail, as the log last knew it.
public struct AuditAnchor: Sendable, Hashable {
    /// The sequence number of the newest record.
    public let sequence: UInt64
    /// Its hash.
    public let hash: String

    /// An anchor.
    public init(sequence: UInt64, hash: String) {
        self.sequence = sequence
        self.hash = hash
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
