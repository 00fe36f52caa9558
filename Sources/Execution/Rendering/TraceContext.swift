import Platform

/// A place in a trace (W3C Trace Context, version 00).
struct TraceContext: Sendable, Hashable {
    private static let byteCountMax = 256
    private let traceID: String
    private let flags: String

    /// Reads a `traceparent`; nil when it is malformed, so that a new trace begins.
    init?(_ text: String) {
        // A later version may have more parts, which are left out (section 3.2.3).
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.byteCountMax, parts.count >= 4,
            parts.count == 4 || parts[0] != "00", parts[0] != "ff",
            Self.isHex(parts[0], 2), Self.isHex(parts[1], 32), Self.isHex(parts[2], 16),
            Self.isHex(parts[3], 2), !Self.isZero(parts[1]), !Self.isZero(parts[2])
        else { return nil }
        traceID = String(parts[1])
        flags = String(parts[3])
    }

    /// A new trace, of 16 random bytes; not sampled.
    init(random: [UInt8]) {
        precondition(random.count == 16, "a trace id is 16 bytes")
        traceID = Hex.encode(random)
        flags = "00"
    }

    /// The `traceparent` of a request that is a part of this trace, with a span id of 8 bytes.
    func traceparent(span: [UInt8]) -> String {
        "00-\(traceID)-\(Hex.encode(span))-\(flags)"
    }

    private static func isHex(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isZero(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 == 0x30 } }
}
