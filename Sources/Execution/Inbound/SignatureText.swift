import Platform

/// Signatures as header fields write them.
enum SignatureText {
    /// The length of a signature of Ed25519, in bytes.
    static let ed25519ByteCount = 64

    /// The bytes, in hexadecimal or base64: which of the two, their lengths tell.
    static func decode(_ text: Substring, byteCount: Int) -> [UInt8]? {
        hex(text, byteCount: byteCount) ?? base64(text, byteCount: byteCount).first
    }

    /// The bytes of digits of either case; nil when they are not so many.
    static func hex(_ text: Substring, byteCount: Int) -> [UInt8]? {
        guard text.utf8.count == 2 * byteCount else { return nil }
        return Hex.decode(String(text))
    }

    /// The bytes of base64 of either alphabet; none when they are not so many.
    static func base64(_ text: Substring, byteCount: Int) -> [[UInt8]] {
        // Longer text can't be so few bytes, and is not worth decoding.
        guard text.utf8.count <= (byteCount + 2) / 3 * 4 else { return [] }
        let bytes = Base64.decode(String(text)) ?? Base64.decode(String(text), as: .url)
        return bytes.map { $0.count == byteCount ? [$0] : [] } ?? []
    }
}
