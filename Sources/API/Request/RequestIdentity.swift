import HTTPWire
import Platform

/// The id of a request and its place in a trace.
struct RequestIdentity: Sendable {
    /// The longest id that is taken from a client, in bytes.
    static let byteCountMax = 128

    /// The client's `X-Request-ID` when it is well formed, else a UUIDv7.
    let id: String
    /// The trace that the client names (W3C); nil when it names none, or none that is well formed.
    let trace: TraceContext?

    init(_ request: HTTPRequest, now: Int64) {
        self.init(
            requestID: request.header("x-request-id"),
            now: now,
            traceparent: request.header("traceparent"),
            tracestate: request.header("tracestate")
        )
    }

    init(
        requestID: String?,
        now: Int64,
        traceparent: String? = nil,
        tracestate: String? = nil
    ) {
        id = Self.id(requestID, now: now)
        // Without a place in a trace its state means nothing (section 3.3).
        trace = traceparent.flatMap { TraceContext($0, state: tracestate) }
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
}
