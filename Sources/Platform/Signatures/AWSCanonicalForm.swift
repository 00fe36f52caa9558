/// The one spelling of a path and a query that a signature of AWS is made over.
///
/// Every byte is percent-encoded but the unreserved ones of RFC 3986. What is sent in this spelling
/// cannot be read in two ways; whatever else is sent is signed as AWS reads it.
public struct AWSCanonicalForm: Sendable {
    /// The services that sign their paths as they are, since a key may hold any of it; all others
    /// fold their paths and encode them once more.
    private static let plainServices: Set<String> = ["s3", "s3-object-lambda", "s3-outposts"]

    /// Whether the service wants the digest of the body in the header field `x-amz-content-sha256`.
    public let namesPayload: Bool
    private let signsPathAsSent: Bool

    /// The form of a service, named as in its signatures.
    public init(of service: String) {
        signsPathAsSent = Self.plainServices.contains(service)
        namesPayload = signsPathAsSent
    }

    /// The URL in the spelling that is best sent: of its path and query nothing is left that the
    /// sender and AWS could encode differently.
    public static func url(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        let query = target[path.endIndex...].dropFirst()
        let start = url[..<authority.endIndex] + (path.isEmpty ? "/" : once(path))
        let parameters = parameters(query)
        guard !parameters.isEmpty else { return String(start) }
        return start + "?" + parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// The path, of what is sent.
    func path(_ path: String) -> String {
        let once = Self.once(path.isEmpty ? "/" : path[...])
        guard !signsPathAsSent else { return once }
        let segments = once.split(separator: "/")
        let end = once.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        // What is encoded is encoded again, its percent signs with it.
        return "/" + segments.map { Self.encoded(Array($0.utf8)) }.joined(separator: "/") + end
    }

    /// The parameters of the query in the order of their bytes, each with a value.
    func query(_ query: String) -> String {
        Self.parameters(query[...])
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    private static func parameters(_ query: Substring) -> [(name: String, value: String)] {
        query.split(separator: "&")
            .map { parameter in
                let name = parameter.prefix { $0 != "=" }
                let value = parameter[name.endIndex...].dropFirst()
                return (parameterPart(name), parameterPart(value))
            }
    }

    /// In a query a plus sign is a space, for AWS as for a form.
    private static func parameterPart(_ text: Substring) -> String {
        encoded(decoded(text).map { $0.isPlus ? 0x20 : $0.byte })
    }

    /// A path with every byte encoded once; an encoded slash stays one, since it parts nothing.
    private static func once(_ path: Substring) -> String {
        var text = ""
        for part in decoded(path) {
            let isSlash = part.byte == 0x2F && !part.wasEncoded
            text += isSlash ? "/" : encoded([part.byte])
        }
        return text
    }

    /// A byte of a URL, and how it stood there.
    private struct Part {
        let byte: UInt8
        let wasEncoded: Bool

        var isPlus: Bool { byte == 0x2B && !wasEncoded }
    }

    /// The bytes that a text stands for; a percent sign without two digits is itself.
    private static func decoded(_ text: Substring) -> [Part] {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        parts.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                parts.append(Part(byte: high << 4 | low, wasEncoded: true))
                index += 3
            } else {
                parts.append(Part(byte: bytes[index], wasEncoded: false))
                index += 1
            }
        }
        return parts
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x61 + 10
        default: nil
        }
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: text.append(byte)
            default: text += [0x25, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
