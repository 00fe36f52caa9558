/// The two forms of an ECDSA signature on P-256: both numbers side by side (RFC 7518 section 3.4),
/// and the SEQUENCE in DER that OpenSSL reads (RFC 3279 section 2.2.3).
enum ECDSASignature {
    /// Both numbers, 32 bytes each.
    static let byteCount = 64

    /// The signature in DER; nil when it has another length, or a number is zero.
    ///
    /// Zero is refused here as well as by OpenSSL: a verifier that let it pass accepted every message
    /// (CVE-2022-21449).
    static func encoded(_ signature: [UInt8]) -> [UInt8]? {
        guard signature.count == byteCount else { return nil }
        let (r, s) = (signature[..<32], signature[32...])
        guard r.contains(where: { $0 != 0 }), s.contains(where: { $0 != 0 }) else { return nil }
        let content = integer(r) + integer(s)
        return [0x30, UInt8(content.count)] + content
    }

    /// A positive INTEGER: without zeros before it, but one where its first bit would be a sign.
    private static func integer(_ number: ArraySlice<UInt8>) -> [UInt8] {
        var bytes = Array(number.drop { $0 == 0 })
        if bytes[0] >= 0x80 { bytes.insert(0, at: 0) }
        return [0x02, UInt8(bytes.count)] + bytes
    }
}
