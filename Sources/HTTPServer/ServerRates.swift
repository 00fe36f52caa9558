import Platform

/// How slow a client may be before the server gives up on it.
public struct ServerRates: Sendable, Hashable {
    /// Bytes a second at which a body must arrive, on average since it began, then 408.
    ///
    /// Default 240, as slow as a modem of the eighties; 0 for none. Counted after decoding, so
    /// that chunks of one byte do not pass for six.
    public var bodyByteCount = 240
    /// For how long a body's rate is not asked for, and how often afterwards.
    ///
    /// Default 5 s: a lost packet is sent again within it.
    public var bodyGrace = Duration.seconds(5)
    /// Bytes a second at which an answer must be taken, in each `ServerDeadlines.writeStall`
    /// during which it waits for the client; then the connection is closed.
    ///
    /// Default 240; 0 for none. Counted as the client's kernel acknowledges them.
    public var answerByteCount = 240

    /// The defaults.
    public init() {}

    /// Whether so many bytes in so long a time are at least `rate` bytes a second.
    static func isKept(_ rate: Int, byteCount: Int, in time: Duration) -> Bool {
        // Both sides in bytes times nanoseconds; a gigabyte and an hour are far from the end.
        let wanted = time.nanosecondsClamped.multipliedReportingOverflow(by: Int64(rate))
        let had = Int64(byteCount).multipliedReportingOverflow(by: 1_000_000_000)
        return had.overflow || !wanted.overflow && had.partialValue >= wanted.partialValue
    }
}
