/// Bytes as base64 text (RFC 4648 sections 4 and 5).
public enum Base64 {
    /// The two alphabets.
    public enum Variant: Sendable {
        /// With `+` and `/`, padded with `=`.
        case standard
        /// With `-` and `_`, without padding, as in tokens and URLs.
        case url
    }

    /// The bytes as text.
    public static func encode(_ bytes: [UInt8], as variant: Variant = .standard) -> String {
        let alphabet = alphabet(of: variant)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var bits = UInt32(bytes[start]) << 16
            if count > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { bits |= UInt32(bytes[start + 2]) }
            for index in 0...count {
                text.append(alphabet[Int(bits >> UInt32(18 - 6 * index) & 0x3F)])
            }
            if variant == .standard {
                for _ in count..<3 { text.append(UInt8(ascii: "=")) }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` writes, or nil when it is not exactly what `encode` would write.
    ///
    /// Strict: white space, a missing or superfluous padding and bits left over are refused, so
    /// that no two texts are the same bytes.
    public static func decode(_ text: String, as variant: Variant = .standard) -> [UInt8]? {
        var characters = Array(text.utf8)[...]
        if variant == .standard {
            guard characters.count % 4 == 0 else { return nil }
            for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        }
        // One character left over holds six bits: no byte.
        guard characters.count % 4 != 1 else { return nil }
        if variant == .standard, text.utf8.count - characters.count != padding(characters.count) {
            return nil
        }
        return decodeUnpadded(characters, variant)
    }

    private static func padding(_ count: Int) -> Int { (4 - count % 4) % 4 }

    private static func decodeUnpadded(
        _ characters: ArraySlice<UInt8>,
        _ variant: Variant
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in characters {
            guard let value = value(of: character, variant) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            bits &= 1 << bitCount - 1
        }
        return bits == 0 ? bytes : nil
    }

    private static let standardAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let urlAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    private static func alphabet(of variant: Variant) -> [UInt8] {
        variant == .standard ? standardAlphabet : urlAlphabet
    }

    private static func value(of character: UInt8, _ variant: Variant) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case alphabet(of: variant)[62]: 62
        case alphabet(of: variant)[63]: 63
        default: nil
        }
    }
}
