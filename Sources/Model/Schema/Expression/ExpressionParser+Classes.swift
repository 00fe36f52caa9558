extension ExpressionParser {
    /// Part of a class, or what an escape stands for.
    enum Item {
        case scalar(UInt32)
        case set(ScalarSet)

        /// All of its scalars.
        var set: ScalarSet {
            switch self {
            case .scalar(let scalar): ScalarSet(scalar)
            case .set(let set): set
            }
        }
    }

    /// Reads a class whose `[` has been read.
    mutating func scalarClass() throws(ExpressionError) -> ScalarSet {
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let first = try classItem()
            guard peek() == 0x2D, peek(1) != 0x5D, peek(1) != nil, case .scalar(let low) = first
            else {
                ranges += first.set.ranges
                continue
            }
            position += 1
            switch try classItem() {
            case .scalar(let high):
                guard low <= high else { throw error("a range of a class is in the wrong order") }
                ranges.append(low...high)
            case .set(let set):
                // `a-\d`: the hyphen can only mean itself.
                ranges += [low...low, 0x2D...0x2D] + set.ranges
            }
        }
        let set = ScalarSet(ranges)
        return isInverted ? set.inverted : set
    }

    private mutating func classItem() throws(ExpressionError) -> Item {
        if take("\\") { return try escape(inClass: true) }
        guard let scalar = peek() else { throw error("a [ has no ]") }
        position += 1
        return .scalar(scalar)
    }

    /// Reads an escape whose backslash has been read.
    mutating func escape(inClass: Bool) throws(ExpressionError) -> Item {
        guard let value = peek(), let scalar = Unicode.Scalar(value) else {
            throw error("the pattern ends in a backslash")
        }
        position += 1
        switch scalar {
        case "d": return .set(.digits)
        case "D": return .set(.digits.inverted)
        case "w": return .set(.word)
        case "W": return .set(.word.inverted)
        case "s": return .set(.space)
        case "S": return .set(.space.inverted)
        case "t": return .scalar(0x09)
        case "n": return .scalar(0x0A)
        case "v": return .scalar(0x0B)
        case "f": return .scalar(0x0C)
        case "r": return .scalar(0x0D)
        case "b" where inClass: return .scalar(0x08)
        case "x": return .scalar(try hexadecimal(digitCount: 2))
        case "u": return .scalar(try codePoint())
        case "c": return .scalar(try control())
        default: return try identity(scalar)
        }
    }

    private func identity(_ scalar: Unicode.Scalar) throws(ExpressionError) -> Item {
        switch scalar {
        case "0" where !(peek().map(ScalarSet.digits.contains) ?? false): return .scalar(0)
        case "0"..."9", "k":
            throw error("back-references are not supported: no automaton decides them")
        case "p", "P": throw error("classes by Unicode property are not supported")
        default: break
        }
        guard scalar.isASCII, !ScalarSet.word.contains(scalar.value) || scalar == "_" else {
            throw error("this escape is unknown")
        }
        return .scalar(scalar.value)
    }

    /// Reads what follows `\c`.
    private mutating func control() throws(ExpressionError) -> UInt32 {
        guard let letter = peek(), (0x41...0x5A).contains(letter & ~0x20) else {
            throw error("\\c needs a letter")
        }
        position += 1
        return letter & 0x1F
    }

    /// Reads what follows `\u`: four digits, two halves of a surrogate pair, or digits in braces.
    private mutating func codePoint() throws(ExpressionError) -> UInt32 {
        guard !take("{") else { return try bracedCodePoint() }
        let first = try hexadecimal(digitCount: 4)
        guard (0xD800...0xDFFF).contains(first) else { return first }
        guard first < 0xDC00, take("\\u"), peek() != 0x7B else { throw loneSurrogate }
        let second = try hexadecimal(digitCount: 4)
        guard (0xDC00...0xDFFF).contains(second) else { throw loneSurrogate }
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
    }

    private var loneSurrogate: ExpressionError { error("half of a surrogate pair stands alone") }

    private mutating func bracedCodePoint() throws(ExpressionError) -> UInt32 {
        var value: UInt32 = 0
        repeat {
            value = value << 4 | (try hexadecimal(digitCount: 1))
            guard value <= 0x10_FFFF else { throw error("there is no such character") }
        } while !take("}")
        guard Unicode.Scalar(value) != nil else { throw loneSurrogate }
        return value
    }

    private mutating func hexadecimal(digitCount: Int) throws(ExpressionError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digitCount {
            guard let scalar = peek().flatMap(Unicode.Scalar.init), scalar.isASCII,
                let digit = Character(scalar).hexDigitValue
            else { throw error("this escape needs \(digitCount) hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
