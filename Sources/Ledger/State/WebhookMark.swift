public import Model

/// What a webhook is known again by when it comes twice.
public struct WebhookMark: Sendable, Hashable {
    /// The bytes of a digest that are kept.
    public static let byteCount = 16

    private let high: UInt64
    private let low: UInt64
    /// When it came.
    public let receivedAt: Timestamp
    /// Until when it is known.
    public let expiresAt: Timestamp

    /// A mark.
    ///
    /// - Parameters:
    ///   - digest: A digest of tenant, connection and event; its first `byteCount` bytes are kept.
    ///   - receivedAt: When it came.
    ///   - expiresAt: Until when it is known.
    public init(digest: [UInt8], receivedAt: Timestamp, expiresAt: Timestamp) {
        precondition(digest.count >= Self.byteCount, "a digest is long enough for a mark")
        high = Self.number(digest[..<8])
        low = Self.number(digest[8..<16])
        (self.receivedAt, self.expiresAt) = (receivedAt, expiresAt)
    }

    /// A number that spreads marks evenly.
    var spread: UInt64 { low }

    /// Whether it is of the same event.
    func isSame(as other: WebhookMark) -> Bool { low == other.low && high == other.high }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

// The form in the log: the digest as two numbers, and both times in milliseconds, with a space between
// each.
extension WebhookMark {
    /// The mark as text; two marks with one text are one.
    public var text: String {
        let times = "\(receivedAt.milliseconds) \(expiresAt.milliseconds)"
        return "\(String(high, radix: 16)) \(String(low, radix: 16)) \(times)"
    }

    /// Reads what `text` wrote.
    init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 4, let high = UInt64(parts[0], radix: 16),
            let low = UInt64(parts[1], radix: 16), let receivedAt = Int64(parts[2]),
            let expiresAt = Int64(parts[3])
        else { return nil }
        (self.high, self.low) = (high, low)
        self.receivedAt = Timestamp(milliseconds: receivedAt)
        self.expiresAt = Timestamp(milliseconds: expiresAt)
    }
}
