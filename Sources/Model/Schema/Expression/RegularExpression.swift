/// A regular expression that takes linear time, for `pattern`.
///
/// ECMA-262 with the `u` flag, as JSON Schema asks: literals, `.`, classes, `\d \w \s` and their
/// opposites, `\b \B`, escapes, groups, alternation, repetition, `^ $`; it looks for a match
/// anywhere and knows no flags. A group's name and a quantifier's laziness are read and make no
/// difference to whether there is a match. Lookaround and back-references are refused: no automaton
/// decides them. All is by Unicode scalar.
///
/// The expression becomes an automaton (Thompson 1968) that follows every path at once (Pike), so
/// the time is states × scalars at worst, whatever the expression.
struct RegularExpression: Sendable {
    /// The most states of one automaton.
    static let stateCountMax = 10_000
    /// The deepest nesting of groups.
    static let depthMax = 100

    /// The expression as it was written.
    let text: String
    let states: [ExpressionState]

    /// Compiles `text`.
    init(_ text: String) throws(ExpressionError) {
        var parser = ExpressionParser(text)
        let tree = try parser.parse()
        var builder = ExpressionBuilder()
        self.states = try builder.build(tree)
        self.text = text
    }

    /// The expression for a reader; a long one is not repeated.
    var words: String {
        text.utf8.count <= 200 ? "the pattern \(text)" : "the pattern of the schema"
    }

    /// Whether the expression matches somewhere in `text`.
    ///
    /// The budget is lowered by one for each state visited; below zero the search is given up, and
    /// the answer means nothing.
    func matches(_ text: String, budget: inout Int) -> Bool {
        var search = ExpressionSearch(states: states, budget: budget)
        defer { budget = search.budget }
        return search.finds(in: text.unicodeScalars)
    }
}

/// Why a regular expression is refused.
struct ExpressionError: Error, Hashable {
    /// What is wrong, and after how many characters.
    let detail: String
}
