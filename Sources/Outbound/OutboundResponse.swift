/// An answer, whole.
public struct OutboundResponse: Sendable {
    /// Where the time went.
    public struct Timings: Sendable, Hashable {
        /// From the call to the last byte, waiting for a turn and redirects included.
        public let total: Duration
        /// Until the connection stood, of the last hop; zero when one from the pool was used.
        public let connect: Duration
    }

    /// The most bytes of an answer's head, interim answers included.
    public static let headByteCountMax = 64 * 1024

    /// The status, 200 to 999.
    public let status: Int
    /// The header fields in the order received; those of a removed compression are left out.
    public let headers: [OutboundHeader]
    /// The body, decompressed.
    public let body: [UInt8]
    /// Where the time went.
    public let timings: Timings

    /// The value of the first header field named `name`, whatever the case of its letters.
    public func header(_ name: String) -> String? {
        headers.first { header in header.isNamed(name) }?.value
    }
}

extension OutboundResponse: CustomStringConvertible, CustomReflectable {
    /// The status, and nothing that could be secret.
    public var description: String { "OutboundResponse(\(status))" }
    /// A mirror of the status alone.
    public var customMirror: Mirror { Mirror(self, children: ["status": status]) }
}
