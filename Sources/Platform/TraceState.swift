/// The list of what each tracing system says of its place in a trace (W3C Trace Context, section 3.3).
public enum TraceState {
    /// The longest list that is passed on, in bytes; a longer one is dropped whole.
    ///
    /// Section 3.3.1.5 asks for at least this much.
    public static let byteCountMax = 512
    /// The most members of a list.
    public static let memberCountMax = 32
    /// The longest value, in bytes.
    static let valueByteCountMax = 256

    /// Whether the text is a list of `key=value` members, each key once; members may be empty, but
    /// not all.
    public static func isValid(_ text: String) -> Bool {
        guard text.utf8.count <= byteCountMax else { return false }
        var keys: Set<[UInt8]> = []
        for part in Array(text.utf8).split(separator: UInt8(ascii: ",")) {
            let member = trimmed(part)
            guard !member.isEmpty else { continue }
            guard let equals = member.firstIndex(of: UInt8(ascii: "=")),
                isKey(member[..<equals]), isValue(member[(equals + 1)...]),
                keys.insert(Array(member[..<equals])).inserted
            else { return false }
        }
        return (1...memberCountMax).contains(keys.count)
    }

    /// `vendor`, or `tenant@vendor`.
    private static func isKey(_ key: ArraySlice<UInt8>) -> Bool {
        guard let at = key.firstIndex(of: UInt8(ascii: "@")) else {
            return isName(key, byteCountMax: 256, startsWithDigit: false)
        }
        return isName(key[..<at], byteCountMax: 241, startsWithDigit: true)
            && isName(key[(at + 1)...], byteCountMax: 14, startsWithDigit: false)
    }

    private static func isName(
        _ name: ArraySlice<UInt8>,
        byteCountMax: Int,
        startsWithDigit: Bool
    ) -> Bool {
        guard let first = name.first, name.count <= byteCountMax,
            isLetter(first) || (startsWithDigit && isDigit(first))
        else { return false }
        return name.allSatisfy { isLetter($0) || isDigit($0) || "_-*/".utf8.contains($0) }
    }

    /// Printable characters but comma and equals sign; spaces at its end were trimmed.
    private static func isValue(_ value: ArraySlice<UInt8>) -> Bool {
        (1...valueByteCountMax).contains(value.count)
            && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x3D }
    }

    private static func trimmed(_ part: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = part
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
