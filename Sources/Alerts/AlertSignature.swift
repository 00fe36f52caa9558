import Platform

/// The signature of a delivery, as Standard Webhooks has it (`v1`, symmetric).
///
/// The base64 of the HMAC-SHA-256 of `id.timestamp.body`; with several secrets one signature for each,
/// with spaces between them, of which the receiver needs to know one.
enum AlertSignature {
    /// The value of the header `webhook-signature`.
    ///
    /// - Parameters:
    ///   - id: The value of `webhook-id`.
    ///   - seconds: The value of `webhook-timestamp`: seconds since 1970.
    ///   - body: The body, byte for byte.
    ///   - secrets: The keys, the newest first.
    /// - Returns: The signatures, in the order of the secrets.
    static func header(
        id: String,
        seconds: Int64,
        body: [UInt8],
        secrets: [SecretBytes]
    ) -> String {
        let signed = Array("\(id).\(seconds).".utf8) + body
        return
            secrets.map { "v1,\(Base64.encode(Digest.hmacSHA256(signed, key: $0)))" }
            .joined(separator: " ")
    }
}
