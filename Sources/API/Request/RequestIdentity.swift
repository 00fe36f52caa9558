import HTTPWire
import Platform

/// The id of a request and its place in a trace.
struct RequestIdentity: Sendable {
    /// The longest id that is taken from a client, in bytes.
    static let byteCountMax = 128

    /// The client's `X-Request-ID` when it is well formed, else a UUIDv7.
    let id: String
    /// The client's `traceparent` (W3C) when it is well formed.
    let traceparent: String?

    init(_ request: HTTPRequest, now: Int64) {
        self.init(
            requestID: request.header("x-request-id"),
            now: now,
            request.header("traceparent")
        )
    }

    init(requestID: String?, now: Int64, _ traceparent: String? = nil) {
        id = Self.id(requestID, now: now)
        self.traceparent = traceparent.flatMap { Self.isTraceparent($0) ? $0 : nil }
    }

    /// The id of a request of which nothing else is wanted.
    static func id(of request: HTTPRequest, now: Int64) -> String {
        id(request.header("x-request-id"), now: now)
    }

    private static func id(_ text: String?, now: Int64) -> String {
        if let text, isGood(text) { return text }
        return UUIDv7.make(now: now)
    }

    private static func isGood(_ text: String) -> Bool {
        (1...byteCountMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A, 0x2B, 0x2F,
                    0x3D:
                    true
                default: false
                }
            }
    }

    /// `00-<32 hex>-<16 hex>-<2 hex>`, ids not all zero (W3C Trace Context section 3.2).
    private static func isTraceparent(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] == "00" else {
            return false
        }
        let isHex = parts.allSatisfy { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        return isHex && parts[1].contains { $0 != "0" } && parts[2].contains { $0 != "0" }
    }
}
