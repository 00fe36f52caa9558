/// Bytes as letters and digits only, for tokens that must survive a double click or a URL.
///
/// The bytes are one number, most significant byte first, in base 62 (`0-9`, `A-Z`, `a-z`), padded
/// with `0` to the length that the largest number of that many bytes needs: texts of equally many
/// bytes are equally long and sort as their bytes do.
public enum Base62 {
    /// The most bytes that are encoded; the cost grows with the square.
    public static let byteCountMax = 64

    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )

    /// The length of the text of `byteCount` bytes: 22 for 16 bytes, 43 for 32.
    public static func characterCount(byteCount: Int) -> Int {
        // A character of base 62 holds log2(62) = 5.954196310386876 bits.
        Int((Double(8 * byteCount) / 5.954_196_310_386_876).rounded(.up))
    }

    /// The text of at most `byteCountMax` bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        precondition(bytes.count <= byteCountMax, "a token is short")
        var number = bytes
        var text = [UInt8](repeating: 0, count: characterCount(byteCount: bytes.count))
        for position in text.indices.reversed() {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            text[position] = alphabet[remainder]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` writes, or nil when `encode` would not write it for `byteCount` bytes.
    public static func decode(_ text: String, byteCount: Int) -> [UInt8]? {
        precondition((0...byteCountMax).contains(byteCount), "a token is short")
        guard text.utf8.count == characterCount(byteCount: byteCount) else { return nil }
        var number = [UInt8](repeating: 0, count: byteCount)
        for character in text.utf8 {
            guard var carry = value(of: character) else { return nil }
            for index in number.indices.reversed() {
                let value = Int(number[index]) * 62 + carry
                number[index] = UInt8(truncatingIfNeeded: value)
                carry = value >> 8
            }
            // The number is larger than so many bytes hold.
            guard carry == 0 else { return nil }
        }
        return number
    }

    private static func value(of character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character - UInt8(ascii: "a")) + 36
        default: nil
        }
    }
}
