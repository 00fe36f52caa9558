/// A place in a trace that several services share (W3C Trace Context, level 1).
public struct TraceContext: Sendable, Hashable {
    /// The longest `traceparent` that is read, in bytes: later versions may say more than we know.
    public static let byteCountMax = 256

    /// The trace: 32 hexadecimal digits in lower case.
    public let traceID: String
    /// The caller's span, 16 digits; of a trace that begins here, ours.
    public let spanID: String
    /// Whether whoever began the trace records it.
    public let isSampled: Bool
    /// The `tracestate` beside it, as it came; nil without a valid one.
    public let state: String?

    /// Reads a `traceparent`; nil when it is malformed, so that a new trace begins.
    ///
    /// Version ff is none. Of a later version the known part is read, and what follows it is left out
    /// (section 4.3). A malformed `tracestate` is dropped, and the trace goes on (section 3.3).
    public init?(_ traceparent: String, state: String? = nil) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard traceparent.utf8.count <= Self.byteCountMax, parts.count >= 4,
            parts.count == 4 || parts[0] != "00", parts[0] != "ff",
            Self.isHex(parts[0], 2), Self.isHex(parts[1], 32), Self.isHex(parts[2], 16),
            Self.isHex(parts[3], 2), !Self.isZero(parts[1]), !Self.isZero(parts[2])
        else { return nil }
        self.traceID = String(parts[1])
        self.spanID = String(parts[2])
        // The lowest bit of the flags is the only one that has a meaning.
        self.isSampled = parts[3].utf8.last.map { byte in "13579bdf".utf8.contains(byte) } ?? false
        self.state = state.flatMap { text in TraceState.isValid(text) ? text : nil }
    }

    private init(traceID: String, spanID: String, isSampled: Bool, state: String?) {
        (self.traceID, self.spanID) = (traceID, spanID)
        (self.isSampled, self.state) = (isSampled, state)
    }

    /// A new trace, not sampled.
    public static func begin() -> TraceContext {
        TraceContext(traceID: id(16), spanID: id(8), isSampled: false, state: nil)
    }

    /// The same trace with a new span, for a request that is made for this one.
    ///
    /// Its state is passed on as it is: nothing of ours is added to it.
    public func child() -> TraceContext {
        TraceContext(traceID: traceID, spanID: Self.id(8), isSampled: isSampled, state: state)
    }

    /// The header's value, of version 00; flags that nobody has given a meaning are zero.
    public var traceparent: String { "00-\(traceID)-\(spanID)-0\(isSampled ? 1 : 0)" }

    private static func id(_ byteCount: Int) -> String {
        Hex.encode(Random.bytes(count: byteCount))
    }

    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isZero(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 == 0x30 } }
}
