import HTTPWire
import JSON
import Model

/// What the access log says of one request.
///
/// Nothing of it is secret: no header, no query, no body, no key. Names are OpenTelemetry's semantic
/// conventions where they have one.
struct AccessLogEntry: Sendable {
    /// The longest path that is logged, in bytes as sent; the rest is cut off and told by `…`.
    static let pathByteCountMax = 512

    let time: Timestamp
    let requestID: String
    let traceID: String?
    /// Nil for a request that the server core refused before it was one.
    let method: HTTPMethod?
    /// The route's template; nil when the path is no route.
    let route: String?
    /// The path's first bytes, as sent.
    let path: [UInt8]
    let status: Int
    let bodyByteCount: Int
    let nanoseconds: Int64?
    let address: String?
    let credential: String?
    let tenant: String?
    let errorCode: String?

    /// Appends it as one line of JSON.
    func append(to output: inout [UInt8]) {
        append("{\"time\":", time.text, to: &output)
        append(",\"request.id\":", requestID, to: &output)
        append(",\"trace.id\":", traceID, to: &output)
        append(",\"http.request.method\":", method?.rawValue ?? "_OTHER", to: &output)
        append(",\"http.route\":", route, to: &output)
        appendPath(to: &output)
        append(",\"http.response.status_code\":", Int64(status), to: &output)
        append(",\"http.response.body.size\":", Int64(bodyByteCount), to: &output)
        if let nanoseconds { append(duration: nanoseconds, to: &output) }
        append(",\"client.address\":", address, to: &output)
        append(",\"credential.id\":", credential, to: &output)
        append(",\"tenant.id\":", tenant, to: &output)
        append(",\"error.code\":", errorCode, to: &output)
        JSONWriter.append("}\n", to: &output)
    }

    /// The path in visible ASCII: what a client sent of anything else is percent-encoded, so that
    /// no byte of it means something to a terminal or to a reader of lines.
    private func appendPath(to output: inout [UInt8]) {
        guard !path.isEmpty else { return }
        JSONWriter.append(",\"url.path\":\"", to: &output)
        for byte in path.prefix(Self.pathByteCountMax) {
            switch byte {
            case 0x22, 0x5C: output.append(contentsOf: [0x5C, byte])
            case 0x21...0x7E: output.append(byte)
            default:
                output.append(contentsOf: [0x25, Self.digit(byte >> 4), Self.digit(byte & 15)])
            }
        }
        JSONWriter.append(path.count > Self.pathByteCountMax ? "…\"" : "\"", to: &output)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x37 + nibble
    }

    private func append(_ key: String, _ value: String?, to output: inout [UInt8]) {
        guard let value else { return }
        JSONWriter.append(key, to: &output)
        JSONWriter.appendString(value, to: &output)
    }

    private func append(_ key: String, _ value: Int64, to output: inout [UInt8]) {
        JSONWriter.append(key, to: &output)
        JSONWriter.appendInteger(value, to: &output)
    }

    /// In seconds, with six decimals: Swift would write 15 µs as 1.5e-05.
    private func append(duration: Int64, to output: inout [UInt8]) {
        let microseconds = max(0, duration) / 1000
        append(",\"duration\":", microseconds / 1_000_000, to: &output)
        let decimals = "\(microseconds % 1_000_000)"
        let zeros = String(repeating: "0", count: 6 - decimals.utf8.count)
        JSONWriter.append(".\(zeros)\(decimals)", to: &output)
    }
}
