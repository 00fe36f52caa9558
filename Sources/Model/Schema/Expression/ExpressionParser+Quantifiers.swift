extension ExpressionParser {
    /// Reads `*`, `+`, `?` or `{…}` with its laziness; nil when none is next.
    mutating func quantifier() throws(ExpressionError) -> (min: Int, max: Int?)? {
        let range: (min: Int, max: Int?)
        if take("*") {
            range = (0, nil)
        } else if take("+") {
            range = (1, nil)
        } else if take("?") {
            range = (0, 1)
        } else if take("{") {
            range = try counts()
        } else {
            return nil
        }
        _ = take("?")
        return range
    }

    /// Reads `n}`, `n,}` or `n,m}`.
    private mutating func counts() throws(ExpressionError) -> (min: Int, max: Int?) {
        guard let min = try count() else { throw error("a { that is meant must be written \\{") }
        if take("}") { return (min, min) }
        guard take(",") else { throw error("a repetition is {n}, {n,} or {n,m}") }
        if take("}") { return (min, nil) }
        guard let max = try count(), take("}") else {
            throw error("a repetition is {n}, {n,} or {n,m}")
        }
        guard min <= max else { throw error("a repetition's numbers are in the wrong order") }
        return (min, max)
    }

    private mutating func count() throws(ExpressionError) -> Int? {
        let start = position
        var value = 0
        while let scalar = peek(), ScalarSet.digits.contains(scalar) {
            value = value * 10 + Int(scalar - 0x30)
            guard value <= RegularExpression.stateCountMax else {
                throw error("a repetition is larger than \(RegularExpression.stateCountMax)")
            }
            position += 1
        }
        return position > start ? value : nil
    }
}
