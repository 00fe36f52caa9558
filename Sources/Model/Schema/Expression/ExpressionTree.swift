/// A regular expression, parsed.
indirect enum ExpressionTree {
    /// The empty text.
    case empty
    /// One scalar of a set.
    case scalar(ScalarSet)
    case sequence([ExpressionTree])
    case choice([ExpressionTree])
    /// At least `min` times, and at most `max` if that is given.
    case repetition(ExpressionTree, min: Int, max: Int?)
    case assertion(ExpressionAssertion)
}

/// What a regular expression says of a place between two scalars.
enum ExpressionAssertion: Sendable, Hashable {
    case start, end, wordBoundary, noWordBoundary

    /// Whether it holds between `before` and `after`, which are nil at the ends of the text.
    func holds(between before: UInt32?, and after: UInt32?) -> Bool {
        switch self {
        case .start: before == nil
        case .end: after == nil
        case .wordBoundary: Self.isWord(before) != Self.isWord(after)
        case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
        }
    }

    private static func isWord(_ scalar: UInt32?) -> Bool {
        scalar.map(ScalarSet.word.contains) ?? false
    }
}

/// One state of an automaton; it is named by its index, and the next one follows it.
enum ExpressionState: Sendable {
    /// Takes one scalar of the set and goes on.
    case scalar(ScalarSet)
    /// Goes on, and to another state as well.
    case fork(Int)
    /// Goes to another state.
    case jump(Int)
    /// Goes on where the assertion holds.
    case assertion(ExpressionAssertion)
    case accept
}
