/// Parses a regular expression.
///
/// Where ECMA-262 without the `u` flag is more forgiving and the meaning is plain, so is this: any
/// punctuation may be escaped, and `]` and `}` may stand for themselves.
struct ExpressionParser {
    let scalars: [UInt32]
    var position = 0
    private var depth = 0

    init(_ text: String) { self.scalars = text.unicodeScalars.map(\.value) }

    /// Parses the whole expression.
    mutating func parse() throws(ExpressionError) -> ExpressionTree {
        let tree = try choice()
        guard position == scalars.count else { throw error("a ) has no (") }
        return tree
    }

    /// The scalar at the position plus `ahead`, or nil past the end.
    func peek(_ ahead: Int = 0) -> UInt32? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    /// Steps over `text` if it is next.
    mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars.map(\.value)
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    /// An error at the position.
    func error(_ detail: String) -> ExpressionError {
        ExpressionError(detail: "\(detail) (after \(position) characters of the pattern)")
    }

    private mutating func choice() throws(ExpressionError) -> ExpressionTree {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(ExpressionError) -> ExpressionTree {
        var parts: [ExpressionTree] = []
        while let scalar = peek(), scalar != 0x7C, scalar != 0x29 {
            let part = try atom()
            guard let range = try quantifier() else {
                parts.append(part)
                continue
            }
            if case .assertion = part { throw error("there is nothing to repeat") }
            parts.append(.repetition(part, min: range.min, max: range.max))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func atom() throws(ExpressionError) -> ExpressionTree {
        if take("(") { return try group() }
        if take("[") { return .scalar(try scalarClass()) }
        if take(".") { return .scalar(.dot) }
        if take("^") { return .assertion(.start) }
        if take("$") { return .assertion(.end) }
        if take("\\b") { return .assertion(.wordBoundary) }
        if take("\\B") { return .assertion(.noWordBoundary) }
        if take("\\") { return .scalar(try escape(inClass: false).set) }
        guard let scalar = peek() else { throw error("the pattern ends too early") }
        switch scalar {
        case 0x2A, 0x2B, 0x3F: throw error("there is nothing to repeat")
        case 0x7B: throw error("a { that is meant must be written \\{")
        default:
            position += 1
            return .scalar(ScalarSet(scalar))
        }
    }

    private mutating func group() throws(ExpressionError) -> ExpressionTree {
        if take("?"), !take(":") {
            guard try groupName() else { throw groupError() }
        }
        depth += 1
        defer { depth -= 1 }
        guard depth <= RegularExpression.depthMax else {
            throw error("groups are nested deeper than \(RegularExpression.depthMax)")
        }
        let tree = try choice()
        guard take(")") else { throw error("a ( has no )") }
        return tree
    }

    /// Steps over `<name>`; the name itself means nothing here.
    private mutating func groupName() throws(ExpressionError) -> Bool {
        guard peek() == 0x3C, peek(1) != 0x3D, peek(1) != 0x21 else { return false }
        position += 1
        let start = position
        while let scalar = peek(), ScalarSet.word.contains(scalar) || scalar == 0x24 {
            position += 1
        }
        let isName = position > start && !ScalarSet.digits.contains(scalars[start])
        guard isName, take(">") else { throw error("a group has a broken name") }
        return true
    }

    private func groupError() -> ExpressionError {
        switch (peek(), peek(1)) {
        case (0x3D, _), (0x21, _), (0x3C, 0x3D), (0x3C, 0x21):
            error("lookaround is not supported: it cannot be decided in linear time")
        default: error("this kind of group is not supported")
        }
    }
}
