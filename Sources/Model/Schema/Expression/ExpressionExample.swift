/// Makes a text that a regular expression matches: an example for a reader, the same each time.
struct ExpressionExample {
    /// How often repetitions are tried, until the text is long enough.
    private static let reaches = [1, 4, 8, 16, 32, 64, 128]
    /// What stands for a scalar, in the order of preference.
    private static let preferred = "aA1x-_".unicodeScalars.map(\.value)

    /// How often a repetition repeats that may do so.
    private let reach: Int

    /// A text of at least `lengthMin` scalars, if the expression has one that is found; nil when it
    /// cannot be read.
    static func text(matching expression: String, lengthMin: Int) -> String? {
        var parser = ExpressionParser(expression)
        do {
            let tree = try parser.parse()
            for reach in reaches {
                let text = ExpressionExample(reach: reach).text(tree)
                if text.unicodeScalars.count >= lengthMin { return text }
            }
            return ExpressionExample(reach: 1).text(tree)
        } catch {
            // The schema that holds it is refused with what is wrong; it has no example.
            return nil
        }
    }

    private func text(_ tree: ExpressionTree) -> String {
        switch tree {
        case .empty, .assertion: ""
        case .scalar(let set): Self.scalar(of: set).map { String(Character($0)) } ?? ""
        case .sequence(let parts): parts.map(text).joined()
        case .choice(let choices): choices.first.map(text) ?? ""
        case .repetition(let part, let min, let max):
            String(repeating: text(part), count: count(min, max))
        }
    }

    /// What may be left out is left out, what may be repeated is there once at least.
    private func count(_ min: Int, _ max: Int?) -> Int {
        guard max != 1 else { return min }
        return Swift.max(min, Swift.min(reach, max ?? reach))
    }

    private static func scalar(of set: ScalarSet) -> Unicode.Scalar? {
        if let value = preferred.first(where: set.contains) { return Unicode.Scalar(value) }
        let printable = set.ranges.first { $0.upperBound > 0x20 } ?? set.ranges.first
        return printable.flatMap { Unicode.Scalar(max($0.lowerBound, min(0x21, $0.upperBound))) }
    }
}
