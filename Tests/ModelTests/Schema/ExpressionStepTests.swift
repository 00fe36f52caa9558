import Testing

@testable import Model

@Suite struct ExpressionStepTests {
    /// The steps that a search of `count` times `piece` takes which is in vain.
    private func steps(_ pattern: String, _ piece: String, _ count: Int) throws -> Int {
        let expression = try RegularExpression(pattern)
        var budget = Int.max / 2
        let text = String(repeating: piece, count: count) + "!"
        #expect(!expression.matches(text, budget: &budget))
        let steps = Int.max / 2 - budget
        // Each state once before each scalar, and once at the end.
        #expect(steps <= expression.states.count * (text.unicodeScalars.count + 2))
        return steps
    }

    @Test(arguments: [
        ("(a+)+$", "a"), ("^(a+)+$", "a"), ("^(a|aa)+$", "a"), ("^(a|a?)+$", "a"), ("(.*)*x", "a"),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a"), ("^(a*)*(b*)*(c*)*$", "abc"),
        ("(x+x+)+y", "x"), ("^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}$", "a"),
        ("^(?:(?:a|b)*c?)*d$", "ab"), ("^(\\w+\\s?)*$", "e "), ("^(a?){50}a{50}$", "aa"),
    ])
    func `twice the text takes twice the steps, whatever the pattern`(
        _ pattern: String,
        _ piece: String
    ) throws {
        let short = try steps(pattern, piece, 2_000)
        let long = try steps(pattern, piece, 4_000)
        // The first scalars cost less than those that follow, until all states are reached.
        #expect(long <= 2 * short + 4 * (try RegularExpression(pattern).states.count))
        #expect(short > 0)
    }
}
