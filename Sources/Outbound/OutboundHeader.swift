/// A header field of a request or an answer.
///
/// Its value may be a credential, so it has no text: printing it shows the name only.
public struct OutboundHeader: Sendable, Hashable {
    /// The name; letters of either case are the same.
    public let name: String
    /// The value, without white space around it.
    public let value: String
    /// Whether a redirect to another origin leaves it out, as it always does credentials.
    public let isSensitive: Bool

    /// A header field; it is checked when the request is sent.
    public init(_ name: String, _ value: String, isSensitive: Bool = false) {
        self.name = name
        self.value = value
        self.isSensitive = isSensitive
    }

    /// Whether this is the field named `name`, whatever the case of its letters.
    public func isNamed(_ name: String) -> Bool {
        self.name.utf8.count == name.utf8.count && self.name.lowercased() == name.lowercased()
    }

    /// Whether only the origin that it was written for may see it.
    ///
    /// Providers call the header of their key what they like, so that parts of a name are enough:
    /// a header dropped for nothing costs less than a key that is shown to a stranger.
    var isCredential: Bool {
        let name = name.lowercased()
        return isSensitive || Self.credentialWords.contains { name.contains($0) }
    }

    /// Why the field may not be sent; nil when it may.
    ///
    /// A line break in a value would let its writer add headers or whole requests (RFC 9110
    /// section 5.5); the names refused belong to the connection, which is this client's.
    var defect: String? {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
            return "a header name is not a token"
        }
        if Self.connectionNames.contains(name.lowercased()) {
            return "the header \(name) is set by the client itself"
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            return "the header \(name) holds a control character"
        }
        return nil
    }

    private static let credentialWords = [
        "auth", "cookie", "credential", "key", "passw", "secret", "session", "signature", "token",
    ]

    private static let connectionNames: Set<String> = [
        "accept-encoding", "connection", "content-length", "expect", "host", "http2-settings",
        "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    // The `tchar` of RFC 9110 section 5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension OutboundHeader: CustomStringConvertible, CustomReflectable {
    /// The name, never the value.
    public var description: String { "OutboundHeader(\(name))" }
    /// A mirror of the name alone.
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
