import HTTPWire
import JSON

/// A request as the played provider received it, its secrets masked.
struct RecordedRequest: Sendable {
    /// What differs from call to call, or is HTTP's own.
    private static let leftOut: Set<String> = [
        "host", "content-length", "traceparent", "tracestate", "accept-encoding", "user-agent",
        "connection",
    ]
    /// The idempotency key of every call.
    static let idempotencyKey = "example-key"

    let method: String
    /// The value of the header field `Host`.
    let host: String
    /// The path and query as sent, after the host.
    let target: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(_ request: HTTPRequest) {
        method = request.method.rawValue
        host = request.allFields.first { $0.name.lowercased() == "host" }?.value ?? ""
        target = request.path + (request.query.map { "?" + $0 } ?? "")
        headers = request.allFields
            .map { ($0.name.lowercased(), $0.value) }
            .filter { !Self.leftOut.contains($0.0) }
            .sorted { $0.0 < $1.0 }
        body = request.body
    }

    /// The value of a header, named in small letters.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The parameters of the query, decoded.
    var query: [(name: String, value: String)] {
        target.firstIndex(of: "?").map { Self.pairs(target[target.index(after: $0)...]) } ?? []
    }

    /// The fields of a form, decoded.
    var form: [(name: String, value: String)] { Self.pairs(String(decoding: body, as: UTF8.self)) }

    private static func pairs(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&")
            .map { pair in
                let parts =
                    pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    .map { FormText.decoded($0, plusIsSpace: true) ?? String($0) }
                return (parts[0], parts.count == 2 ? parts[1] : "")
            }
    }

    /// The request for a reader, at the address that the spec names.
    func json(_ secret: RehearsalSecret, address: String) -> JSONValue {
        var json: JSONObject = ["line": .string("\(method) \(address)\(secret.masked(target))")]
        let shown = headers.map { header -> (String, JSONValue) in
            // The time of a signature is another in each call.
            let value = header.name == "x-amz-date" ? "…" : boundless(header.value)
            return (header.name, JSONValue.string(secret.maskedHeader(value)))
        }
        json["headers"] = .object(JSONObject(shown))
        if !body.isEmpty { json["body"] = shownBody }
        return .object(json)
    }

    /// A boundary is made of the content and tells a reader nothing.
    private func boundless(_ value: String) -> String {
        value.firstRange(of: "boundary=").map { value[..<$0.upperBound] + "…" } ?? value
    }

    private var shownBody: JSONValue {
        let text = String(decoding: body, as: UTF8.self)
        switch header("content-type")?.prefix(while: { $0 != ";" }) {
        case "application/json"?:
            do {
                return try JSONValue(parsing: body)
            } catch {
                return .string(text)
            }
        case "application/x-www-form-urlencoded"?:
            return .array(text.split(separator: "&").map { .string(String($0)) })
        default:
            guard
                let boundary = header("content-type")?.split(separator: "boundary=").dropFirst()
                    .last
            else { return .string(text) }
            return .array(
                text.replacing(boundary, with: "…").split(separator: "\r\n")
                    .map { .string(String($0)) }
            )
        }
    }
}
