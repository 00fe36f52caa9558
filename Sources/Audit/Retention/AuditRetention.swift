public import Model

/// How much of a trail is kept.
public struct AuditRetention: Sendable, Hashable {
    /// Records appended before it go; nil for none.
    public var appendedSince: Timestamp?
    /// The oldest go when the trail is larger than this, in bytes, with its indexes; nil for no limit.
    public var byteCountMax: Int?

    /// Keeps everything.
    public init(appendedSince: Timestamp? = nil, byteCountMax: Int? = nil) {
        self.appendedSince = appendedSince
        self.byteCountMax = byteCountMax
    }
}

/// The oldest records, in whole segments, on their way out of the trail.
public struct AuditRemoval: Sendable, Hashable {
    /// Why they go.
    public enum Reason: String, Sendable, Hashable {
        /// They are older than records are kept.
        case age
        /// The trail is larger than it may be.
        case size
    }

    /// Why the newest of them goes.
    public let reason: Reason
    /// The sequence of the first of them.
    public let first: UInt64
    /// The last of them, behind which the chain goes on.
    public let last: AuditHead
    /// The size of their segments and indexes, in bytes.
    public let byteCount: Int

    /// How many they are.
    public var recordCount: Int { Int(clamping: last.sequence - first + 1) }
}
