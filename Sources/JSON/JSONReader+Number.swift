extension JSONReader {
    /// Reads the number that starts at the position.
    ///
    /// An integer within 64 bits is exact. `-0` is kept as a decimal: there is no such integer, and
    /// what was written must come out as it came in.
    mutating func number() throws(JSONFailure) -> JSONValue {
        let start = position
        let isNegative = current == 0x2D
        if isNegative { position += 1 }
        let negated = try integerPart()
        let hasPoint = try fraction()
        let hasExponent = try exponent()
        guard let negated, !hasPoint, !hasExponent else { return try decimal(from: start) }
        switch (isNegative, negated) {
        case (true, 0): return try decimal(from: start)
        case (true, _): return .integer(negated)
        // The negative side of 64 bits reaches one further than the positive one.
        case (false, .min): return try decimal(from: start)
        case (false, _): return .integer(-negated)
        }
    }

    /// Reads the digits before the point; the value is negated, and nil when beyond 64 bits.
    private mutating func integerPart() throws(JSONFailure) -> Int64? {
        guard let first = digit else { throw unexpectedDigit() }
        position += 1
        if first == 0, digit != nil {
            throw JSONFailure(.invalidNumber, at: position, "a number may not start with 0")
        }
        var value = -first
        var isExact = true
        while let next = digit {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (difference, underflow) = product.subtractingReportingOverflow(next)
            isExact = isExact && !overflow && !underflow
            value = difference
            position += 1
        }
        return isExact ? value : nil
    }

    private mutating func fraction() throws(JSONFailure) -> Bool {
        guard current == 0x2E else { return false }
        position += 1
        try digits()
        return true
    }

    private mutating func exponent() throws(JSONFailure) -> Bool {
        guard current == 0x65 || current == 0x45 else { return false }
        position += 1
        if current == 0x2B || current == 0x2D { position += 1 }
        try digits()
        return true
    }

    private mutating func digits() throws(JSONFailure) {
        guard digit != nil else { throw unexpectedDigit() }
        while digit != nil { position += 1 }
    }

    private var digit: Int64? {
        let byte = current
        return (0x30...0x39).contains(byte) ? Int64(byte - 0x30) : nil
    }

    private func unexpectedDigit() -> JSONFailure {
        guard position < bytes.count else { return ended }
        return JSONFailure(.invalidNumber, at: position, "a digit must stand here")
    }

    private func decimal(from start: Int) throws(JSONFailure) -> JSONValue {
        guard position - start <= JSONDecimal.byteCountMax else {
            let detail = "a number has more than \(JSONDecimal.byteCountMax) characters"
            throw JSONFailure(.numberTooLong, at: start, detail)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let double = Double(text), double.isFinite else {
            throw JSONFailure(.numberOutOfRange, at: start, "a number is beyond a 64-bit double")
        }
        return .decimal(JSONDecimal(literal: text, double: double))
    }
}
