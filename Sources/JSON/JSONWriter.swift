/// Writes JSON text piece by piece, for answers that are made without a `JSONValue` in between.
public enum JSONWriter {
    /// Appends `text` in quotes.
    ///
    /// Escaped is what must be: quote, backslash and control characters, in their short form where
    /// there is one (RFC 8785 section 3.2.2.2).
    public static func appendString(_ text: String, to output: inout [UInt8]) {
        output.append(0x22)
        if isPlain(text) {
            output.append(contentsOf: text.utf8)
        } else {
            appendEscaped(text, to: &output)
        }
        output.append(0x22)
    }

    /// Appends `value` in decimal digits.
    public static func appendInteger(_ value: Int64, to output: inout [UInt8]) {
        if value < 0 { output.append(0x2D) }
        var rest = value.magnitude
        var digitCount = 1
        while rest >= 10 {
            rest /= 10
            digitCount += 1
        }
        rest = value.magnitude
        let end = output.count + digitCount
        output.append(contentsOf: repeatElement(0x30, count: digitCount))
        for index in 1...digitCount {
            output[end - index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Appends `true` or `false`.
    public static func appendBool(_ value: Bool, to output: inout [UInt8]) {
        append(value ? "true" : "false", to: &output)
    }

    /// Appends `text` as it is: punctuation, or JSON that was written before.
    public static func append(_ text: String, to output: inout [UInt8]) {
        output.append(contentsOf: text.utf8)
    }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8Span.span
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
        }
        return true
    }

    private static func appendEscaped(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5C: output.append(contentsOf: [0x5C, byte])
            case 0x08: output.append(contentsOf: [0x5C, 0x62])
            case 0x09: output.append(contentsOf: [0x5C, 0x74])
            case 0x0A: output.append(contentsOf: [0x5C, 0x6E])
            case 0x0C: output.append(contentsOf: [0x5C, 0x66])
            case 0x0D: output.append(contentsOf: [0x5C, 0x72])
            case 0..<0x20:
                append(byte < 0x10 ? "\\u000" : "\\u001", to: &output)
                let digit = byte & 0x0F
                output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            default: output.append(byte)
            }
        }
    }
}
