import JSON
import Platform

extension AuditRedaction {
    /// Bodies nested deeper than this are recorded as text, so that a record stays readable within
    /// the depth that the API's clients may rely on.
    private static let bodyDepthMax = 48
    private static let parseLimits = JSONLimits(depthMax: 512, valueCountMax: 200_000)

    /// What was sent to a provider, as it is recorded.
    public func request(
        method: String,
        url: String,
        headers: [AuditHeader],
        body: [UInt8]?
    ) -> AuditMessage {
        let start: JSONObject = ["method": .string(method), "url": .string(self.url(url))]
        return message(start, headers, body)
    }

    /// What a provider answered, as it is recorded.
    public func response(status: Int, headers: [AuditHeader], body: [UInt8]) -> AuditMessage {
        message(["status": .integer(Int64(status))], headers, body)
    }

    /// What a provider answers whose body is still to come.
    public func streamed(status: Int, headers: [AuditHeader]) -> AuditMessage {
        AuditMessage(
            start: ["status": .integer(Int64(status))],
            headers: self.headers(headers),
            body: nil,
            bodyDigest: nil,
            isTruncated: true
        )
    }

    /// What a provider answered whose body was handed on while it came.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - headers: The header fields.
    ///   - head: The start of the body, as far as a record keeps one.
    ///   - byteCount: The bytes of the whole body.
    ///   - digest: SHA-256 of all that was handed on, in hexadecimal.
    /// - Returns: The message, with the head of the body.
    public func streamed(
        status: Int,
        headers: [AuditHeader],
        head: [UInt8],
        byteCount: Int,
        digest: String
    ) -> AuditMessage {
        let kept = body(head, contentType: Self.contentType(headers))
        return AuditMessage(
            start: ["status": .integer(Int64(status)), "bytes": .integer(Int64(byteCount))],
            headers: self.headers(headers),
            body: kept.value,
            bodyDigest: digest,
            isTruncated: byteCount > head.count || kept.isTruncated
        )
    }

    private func message(
        _ start: JSONObject,
        _ headers: [AuditHeader],
        _ body: [UInt8]?
    ) -> AuditMessage {
        let kept = body.map { self.body($0, contentType: Self.contentType(headers)) }
        return AuditMessage(
            start: start,
            headers: self.headers(headers),
            body: kept?.value,
            bodyDigest: kept?.digest,
            isTruncated: kept?.isTruncated ?? false
        )
    }

    private func headers(_ headers: [AuditHeader]) -> JSONObject {
        var object = JSONObject()
        for header in headers {
            let isSecret =
                header.isSecret || SensitiveName.isHeader(header.name)
                || names.contains(SensitiveName.normalized(header.name))
            let value = isSecret ? Self.mark : text(header.value)
            let before = object[header.name]?.string.map { $0 + ", " } ?? ""
            object[header.name] = .string(before + value)
        }
        return object
    }

    /// The URL with the values of credential parameters, and everything else secret, taken out.
    public func url(_ url: String) -> String {
        guard let mark = url.firstIndex(of: "?") else { return text(url) }
        let query = url[url.index(after: mark)...]
        return text(String(url[..<mark])) + "?" + pairs(query, isSecret: isSecretParameter)
    }

    /// The pairs `name=value` of a query or a form, those of credentials without their value.
    private func pairs(_ text: Substring, isSecret: (String) -> Bool) -> String {
        text.split(separator: "&", omittingEmptySubsequences: false)
            .map { pair in
                let text = self.text(String(pair))
                guard let equals = pair.firstIndex(of: "=") else { return text }
                return isSecret(Self.lastName(pair[..<equals]))
                    ? self.text(String(pair[...equals])) + Self.mark : text
            }
            .joined(separator: "&")
    }

    /// The name by which a parameter is judged: `apiKey` of `a[b][apiKey]`.
    private static func lastName(_ encoded: Substring) -> String {
        let raw = Array(encoded.utf8)
        let decoded = String(decoding: DecodedView(percent: raw)?.bytes ?? raw, as: UTF8.self)
        return decoded.split { $0 == "[" || $0 == "]" }.last.map(String.init) ?? decoded
    }

    private func isSecretParameter(_ name: String) -> Bool {
        SensitiveName.isParameter(name) || isSecretMember(name)
            || names.contains(SensitiveName.normalized(name))
    }

    /// The body as it is recorded, and the digest of the whole.
    ///
    /// The digest is of the bytes as they were sent or received, so that it can be compared with a
    /// provider's own records; when something was taken out, it is of the whole redacted body, since
    /// a digest would let a short secret be guessed.
    func body(
        _ bytes: [UInt8],
        contentType: String
    ) -> (value: JSONValue, digest: String, isTruncated: Bool) {
        guard !bytes.isEmpty else { return (.null, Hex.encode(Digest.sha256(bytes)), false) }
        if let json = Self.json(bytes) {
            let redacted = value(json)
            let isChanged = redacted != json
            let whole = isChanged ? redacted.serialized() : bytes
            let digest = Hex.encode(Digest.sha256(whole))
            let fits = whole.count <= Self.bodyByteCountMax && redacted.depth <= Self.bodyDepthMax
            return fits ? (redacted, digest, false) : Self.cut(whole, digest)
        }
        let isForm = contentType.hasPrefix("application/x-www-form-urlencoded")
        let text = String(decoding: bytes, as: UTF8.self)
        let redacted =
            isForm
            ? Array(pairs(text[...], isSecret: isSecretMember).utf8)
            : self.bytes(bytes) ?? bytes
        return Self.cut(redacted, Hex.encode(Digest.sha256(redacted)))
    }

    private static func json(_ bytes: [UInt8]) -> JSONValue? {
        do {
            return try JSONValue(parsing: bytes, limits: parseLimits)
        } catch {
            return nil
        }
    }

    /// The head of a text that ends with a whole character.
    private static func cut(
        _ bytes: [UInt8],
        _ digest: String
    ) -> (value: JSONValue, digest: String, isTruncated: Bool) {
        guard bytes.count > bodyByteCountMax else {
            return (.string(String(decoding: bytes, as: UTF8.self)), digest, false)
        }
        var end = bodyByteCountMax
        // A byte 10xxxxxx continues a character, of which there are at most three in a row.
        while end > bodyByteCountMax - 3, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return (.string(String(decoding: bytes[..<end], as: UTF8.self)), digest, true)
    }

    private static func contentType(_ headers: [AuditHeader]) -> String {
        headers.first { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
    }
}

extension JSONValue {
    /// The arrays and objects inside each other.
    fileprivate var depth: Int {
        switch self {
        case .array(let items): 1 + (items.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}
