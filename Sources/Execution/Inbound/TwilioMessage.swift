import Platform

/// What Twilio signs.
///
/// The URL that it calls, and behind it the fields of a form, sorted by name, name and value at once.
/// Of a body that is no form the URL holds the digest, as `bodySHA256`.
enum TwilioMessage {
    /// The most fields of a form.
    static let fieldCountMax = 1024

    /// The messages that a request may be signed as: one for each URL that it may have been sent to.
    ///
    /// - Throws: `wrongBodyDigest`, `malformedForm`.
    static func all(of webhook: InboundWebhook) throws(WebhookDefect) -> [[UInt8]] {
        let urls = webhook.urls.flatMap(Self.spellings)
        if let digest = try bodyDigest(webhook.query) {
            // With a digest in the URL the fields are not signed: a body that is not of the digest is
            // not of the provider.
            let actual = Hex.encode(Digest.sha256(webhook.body))
            guard SecretComparison.areEqual(Array(actual.utf8), digest.map(lowercased)) else {
                throw .wrongBodyDigest
            }
            return urls.map { Array($0.utf8) }
        }
        guard webhook.mediaType == "application/x-www-form-urlencoded" || webhook.body.isEmpty
        else { throw .wrongBodyDigest }
        let fields = try joinedFields(webhook.body)
        return urls.map { Array($0.utf8) + fields }
    }

    /// The URL with its port and without it: Twilio signs one or the other.
    static func spellings(of url: String) -> [String] {
        guard let scheme = ["https://", "http://"].first(where: url.hasPrefix) else { return [url] }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[end...].lastIndex(of: ":") else {
            return [url, "\(scheme)\(authority):\(scheme == "https://" ? 443 : 80)\(path)"]
        }
        return [url, "\(scheme)\(authority[..<colon])\(path)"]
    }

    /// The digest that the query names; nil when it names none.
    private static func bodyDigest(_ query: String?) throws(WebhookDefect) -> [UInt8]? {
        let name = Array("bodySHA256".utf8)
        let fields = try FormField.read(Array((query ?? "").utf8), countMax: fieldCountMax)
        let digests = fields.filter { $0.name == name }
        guard digests.count <= 1 else { throw .wrongBodyDigest }
        return digests.first?.value
    }

    private static func joinedFields(_ body: [UInt8]) throws(WebhookDefect) -> [UInt8] {
        let fields = try FormField.read(body, countMax: fieldCountMax)
        // A field that stands twice with one value is signed once.
        return Set(fields)
            .sorted { left, right in
                left.name == right.name
                    ? left.value.lexicographicallyPrecedes(right.value)
                    : left.name.lexicographicallyPrecedes(right.name)
            }
            .flatMap { $0.name + $0.value }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte + 0x20 : byte
    }
}
