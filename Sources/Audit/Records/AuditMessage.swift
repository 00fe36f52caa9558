public import JSON

/// A header field on its way into the audit.
public struct AuditHeader: Sendable {
    /// The name.
    public let name: String
    /// The value, not yet redacted.
    public let value: String
    /// Whether the value is a credential whatever the name says.
    public let isSecret: Bool

    /// A header field.
    public init(_ name: String, _ value: String, isSecret: Bool = false) {
        self.name = name
        self.value = value
        self.isSecret = isSecret
    }
}

/// One side of a call, redacted and cut to size; only `AuditRedaction` makes one.
public struct AuditMessage: Sendable, Hashable {
    /// The first line's content: a request's `method` and `url`, a response's `status`.
    let start: JSONObject
    /// The header fields by name; values of a repeated name are joined by a comma.
    let headers: JSONObject
    /// The body: a JSON value where it is one and fits, else text; nil for none.
    let body: JSONValue?
    /// SHA-256 of the whole body, in hexadecimal; nil for none.
    let bodyDigest: String?
    /// Whether `body` is the head of a longer one.
    let isTruncated: Bool

    /// The message as the API writes it.
    public var json: JSONValue {
        var object = start
        object["headers"] = .object(headers)
        object["body"] = body ?? .null
        object["bodyDigest"] = bodyDigest.map { .string($0) } ?? .null
        object["truncated"] = .bool(isTruncated)
        return .object(object)
    }
}
