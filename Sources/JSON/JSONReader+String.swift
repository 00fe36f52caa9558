extension JSONReader {
    /// Reads the string whose opening quote is at the position.
    ///
    /// Most strings hold no escape and are one run of bytes, checked and taken as they lie. An
    /// escape cannot hide half of a UTF-8 sequence: each run must be whole.
    mutating func string() throws(JSONFailure) -> String {
        position += 1
        var text = try run()
        while current != 0x22 {
            guard current == 0x5C else { throw inString() }
            text.unicodeScalars.append(try escape())
            text += try run()
        }
        position += 1
        return text
    }

    /// Reads up to the next quote, backslash or control character, or to the end.
    private mutating func run() throws(JSONFailure) -> String {
        let start = position
        skipPlain()
        guard start < position else { return "" }
        do {
            let span = bytes.span.extracting(start..<position)
            return String(copying: try UTF8Span(validating: span))
        } catch {
            let offset = start + error.byteOffsets.lowerBound
            throw JSONFailure(.invalidUTF8, at: offset, "a string holds bytes that are not UTF-8")
        }
    }

    private mutating func skipPlain() {
        var index = position
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            index += 1
        }
        position = index
    }

    private func inString() -> JSONFailure {
        guard position < bytes.count else { return ended }
        let detail = "a control character in a string must be escaped"
        return JSONFailure(.controlCharacter, at: position, detail)
    }

    private mutating func escape() throws(JSONFailure) -> Unicode.Scalar {
        let start = position
        position += 1
        let scalar: Unicode.Scalar
        switch current {
        case 0x22, 0x5C, 0x2F: scalar = Unicode.Scalar(current)
        case 0x62: scalar = "\u{08}"
        case 0x66: scalar = "\u{0C}"
        case 0x6E: scalar = "\n"
        case 0x72: scalar = "\r"
        case 0x74: scalar = "\t"
        case 0x75: return try codePoint(from: start)
        default:
            guard position < bytes.count else { throw ended }
            throw JSONFailure(.invalidEscape, at: start, "this escape is unknown to JSON")
        }
        position += 1
        return scalar
    }

    /// Reads what follows a backslash from the `u` on, with the second half of a surrogate pair.
    private mutating func codePoint(from start: Int) throws(JSONFailure) -> Unicode.Scalar {
        let first = try codeUnit(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let second = position
        guard first < 0xDC00, try step(over: 0x5C), try step(over: 0x75, staying: true) else {
            throw loneSurrogate(at: start)
        }
        let low = try codeUnit(from: second)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))
        else { throw loneSurrogate(at: start) }
        return scalar
    }

    private func loneSurrogate(at start: Int) -> JSONFailure {
        JSONFailure(.loneSurrogate, at: start, "half of a surrogate pair stands alone")
    }

    /// Whether `byte` is at the position; then steps over it, unless `staying`.
    private mutating func step(
        over byte: UInt8,
        staying: Bool = false
    ) throws(JSONFailure) -> Bool {
        guard position < bytes.count else { throw ended }
        guard current == byte else { return false }
        if !staying { position += 1 }
        return true
    }

    /// Reads four hexadecimal digits after the `u` at the position.
    private mutating func codeUnit(from start: Int) throws(JSONFailure) -> UInt32 {
        position += 1
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Self.hexadecimal(current) else {
                guard position < bytes.count else { throw ended }
                throw JSONFailure(.invalidEscape, at: start, "\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }
}
