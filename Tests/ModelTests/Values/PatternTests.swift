import Model
import Testing

@Suite struct PatternTests {
    static let good = ["a", "*", "**", "a*", "*-", "A.b_c-9*", String(repeating: "a", count: 128)]
    static let bad = ["", "-a", ".a*", "a b", "a/b", "é", String(repeating: "*", count: 129)]

    @Test(arguments: good)
    func `accepts the alphabet`(_ text: String) { #expect(Pattern(text)?.text == text) }

    @Test(arguments: bad)
    func `refuses what is out of the alphabet or too long`(_ text: String) {
        #expect(Pattern(text) == nil)
    }

    @Test(arguments: [
        ("a", true, 1, 1), ("a*", false, 1, 1), ("*", false, 0, 0), ("ab**c", false, 2, 3),
        ("*a*", false, 0, 1),
    ])
    func `counts its parts`(_ text: String, _ isExact: Bool, _ start: Int, _ all: Int) throws {
        let pattern = try #require(Pattern(text))
        #expect(pattern.isExact == isExact)
        #expect(pattern.literalPrefixLength == start)
        #expect(pattern.literalCount == all)
    }

    static let matching = [
        ("checkout", "checkout"), ("*", ""), ("*", "a"), ("a*", "a"), ("*a", "a"), ("a*a", "aa"),
        ("a**b", "ab"), ("a*b*c", "abc"), ("a*b*c", "a.b.b.c"), ("*aab*", "aaab"),
        ("*abab*ab", "aababab"), ("*abac*", "abababac"), ("a*bc*bc", "abcbc"),
    ]
    static let different = [
        ("checkout", "Checkout"), ("checkout", "checkou"), ("checkout", "checkouts"), ("*", nil),
        ("a*", "ba"), ("*a", "ab"), ("a*a", "a"), ("ab*ba", "aba"), ("a*b*c", "acb"),
        ("*aab*", "abab"), ("a*bc*bc", "abc"), ("*a*a*a*", "aa"),
    ]

    @Test(arguments: matching)
    func `matches`(_ pattern: String, _ name: String) throws {
        #expect(try #require(Pattern(pattern)).matches(name))
    }

    @Test(arguments: different)
    func `does not match`(_ pattern: String, _ name: String?) throws {
        guard let name else { return }
        #expect(try !#require(Pattern(pattern)).matches(name))
    }

    /// A random text of few letters, so that pieces repeat and overlap.
    private static func text(
        _ alphabet: String,
        upTo count: Int,
        _ random: inout PatternGenerator
    ) -> String {
        String(
            (0..<Int.random(in: 1...count, using: &random))
                .map { _ in alphabet.randomElement(using: &random) ?? "a" }
        )
    }

    @Test func `decides as the naive algorithm does`() throws {
        var random = PatternGenerator(state: 7)
        var counts = [0, 0, 0]
        for _ in 0..<20_000 {
            let one = try #require(Pattern(Self.text("aab*", upTo: 9, &random)))
            let other = try #require(Pattern(Self.text("aab*", upTo: 7, &random)))
            let name = Self.text("aab", upTo: 12, &random)
            let isMatch = Naive.matches(one.text, name)
            #expect(one.matches(name) == isMatch, "\(one.text) \(name)")
            let isCommon = Naive.intersects(one.text, other.text)
            #expect(one.intersects(other) == isCommon, "\(one.text) \(other.text)")
            #expect(other.intersects(one) == isCommon, "\(other.text) \(one.text)")
            var stepCount = 0
            let isCovered = one.covers(other, stepCount: &stepCount)
            #expect(isCovered == Naive.matches(one.text, other.text), "\(one.text) \(other.text)")
            if isMatch { counts[0] += 1 }
            if isCommon { counts[1] += 1 }
            if isCovered { counts[2] += 1 }
        }
        #expect(counts.allSatisfy { $0 > 1_000 && $0 < 19_000 }, "\(counts)")
    }

    @Test func `what it covers it matches`() throws {
        var random = PatternGenerator(state: 8)
        for _ in 0..<5_000 {
            let outer = try #require(Pattern(Self.text("ab*", upTo: 5, &random)))
            let inner = try #require(Pattern(Self.text("ab*", upTo: 5, &random)))
            var stepCount = 0
            guard outer.covers(inner, stepCount: &stepCount) else { continue }
            for _ in 0..<10 {
                let name = Self.text("abz", upTo: 8, &random)
                let comment: Comment = "\(outer.text) \(inner.text) \(name)"
                #expect(!inner.matches(name) || outer.matches(name), comment)
            }
        }
    }

    static let hostile = [
        "*" + String(repeating: "a", count: 63) + "b*",
        "a*" + String(repeating: "a", count: 62) + "b" + "7*",
        String(repeating: "*a", count: 64), String(repeating: "a*", count: 63) + "b",
        "*" + String(repeating: "aab*", count: 31), "*" + String(repeating: "a", count: 126) + "*",
        "*" + String(repeating: "a", count: 127), String(repeating: "*", count: 128),
    ]

    @Test(arguments: hostile)
    func `looks at each byte a few times only`(_ text: String) throws {
        let pattern = try #require(Pattern(text))
        for name in [String(repeating: "a", count: 128), String(repeating: "aab", count: 42)] {
            var stepCount = 0
            let isMatch = pattern.matches(name, stepCount: &stepCount)
            #expect(
                stepCount <= Pattern.comparisonStepCount + 2 * name.utf8.count + text.utf8.count
            )
            #expect(isMatch == Naive.matches(text, name))
        }
    }

    @Test func `is equal when written alike`() {
        #expect(Pattern("a*b") == Pattern("a*b"))
        #expect(Pattern("a*b") != Pattern("a**b"))
        #expect(Set([Pattern("a*b"), Pattern("a*b"), Pattern("a**b")]).count == 2)
    }
}

/// What patterns mean, without any cleverness.
private enum Naive {
    /// Whether the name matches, a star in the name being a letter like any other.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        var reached = [true] + [Bool](repeating: false, count: name.utf8.count)
        for byte in pattern.utf8 {
            var next = [Bool](repeating: false, count: reached.count)
            var isOpen = false
            for (at, letter) in name.utf8.enumerated() where reached[at] && letter == byte {
                next[at + 1] = true
            }
            if byte == UInt8(ascii: "*") {
                for at in reached.indices {
                    isOpen = isOpen || reached[at]
                    next[at] = isOpen
                }
            }
            reached = next
        }
        return reached.last ?? false
    }

    /// Whether some text matches both, by what each can have read of it.
    static func intersects(_ one: String, _ other: String) -> Bool {
        let left = Array(one.utf8)
        let right = Array(other.utf8)
        let star = UInt8(ascii: "*")
        var reached = [[Bool]](
            repeating: [Bool](repeating: false, count: right.count + 1),
            count: left.count + 1
        )
        for i in 0...left.count {
            for j in 0...right.count {
                let isLeft = i > 0 && left[i - 1] == star
                let isRight = j > 0 && right[j - 1] == star
                reached[i][j] =
                    (i == 0 && j == 0)
                    || (i > 0 && (isLeft || isRight) && reached[i - 1][j])
                    || (j > 0 && (isLeft || isRight) && reached[i][j - 1])
                    || (i > 0 && j > 0 && left[i - 1] == right[j - 1] && reached[i - 1][j - 1])
            }
        }
        return reached[left.count][right.count]
    }
}

/// A generator with a seed (xorshift64*).
private struct PatternGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
