import JSON
import Model
import Testing

@Suite struct SchemaPatternTests {
    private func schema(_ pattern: String) throws -> Schema {
        try Schema(compiling: ["pattern": .string(pattern)], at: .root)
    }

    static let patterns: [(String, [String], [String])] = [
        ("", ["", "x"], []),
        ("a", ["a", "xax"], ["", "b"]),
        ("^a$", ["a"], ["a\n", "\na", "aa", ""]),
        ("^a|b$", ["ax", "xb"], ["xa", "bx"]),
        ("^(a|b|)$", ["a", "b", ""], ["ab"]),
        ("^a*b+c?$", ["b", "aabbc"], ["a", "aac", "bcc"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
        ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]), ("^a{0}b$", ["b"], ["ab"]),
        ("^a+?b*?c??$", ["a", "aabbc"], ["b"]),
        ("^(?:ab)+$", ["ab", "abab"], ["aba"]), ("^(?<year>\\d{4})$", ["2025"], ["25"]),
        ("^[abc-e_]$", ["a", "d", "_"], ["f", "-", "ab"]),
        ("^[^abc]$", ["d", "\n", "😀"], ["a", ""]),
        ("^[a-]$", ["a", "-"], ["b"]), ("^[-a]$", ["a", "-"], ["b"]),
        ("^[\\w-.]+$", ["a-b.c"], ["a b"]),
        ("^[\\d\\s]+$", ["1 2"], ["a"]), ("^[^\\w]$", ["-", "é"], ["a", "_"]),
        ("^[\\]\\\\^]$", ["]", "\\", "^"], ["["]),
        ("^[]$", [], ["", "a"]), ("^[^]$", ["a", "\n"], [""]), ("^[\\b]$", ["\u{08}"], ["b"]),
        ("^.$", ["a", "😀", "\u{85}"], ["\n", "\r", "\u{2028}", "ab", "e\u{301}"]),
        ("^\\d$", ["0", "9"], ["٣", "a"]), ("^\\D$", ["a", "٣"], ["0"]),
        ("^\\w$", ["a", "Z", "_", "5"], ["é", "-"]), ("^\\W$", ["é", "-"], ["a"]),
        ("^\\s$", [" ", "\t", "\u{A0}", "\u{FEFF}", "\u{2029}", "\u{3000}"], ["\u{200B}", "a"]),
        ("^\\S$", ["a", "\u{200B}"], [" "]),
        ("\\bcat\\b", ["cat", "a cat.", "cat-"], ["cats", "éca t", "scat"]),
        ("a\\Bb", ["ab"], ["a b"]),
        ("^\\t\\n\\v\\f\\r\\0$", ["\t\n\u{0B}\u{0C}\r\0"], ["tnvfr0"]),
        ("^\\x41\\u0042\\u{43}\\u{1F600}\\uD83D\\uDE00\\cJ$", ["ABC😀😀\n"], ["ABC"]),
        (
            "^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/\\-\\_\\@$", ["^$\\.*+?()[]{}|/-_@"],
            [""]
        ),
        ("^a]}$", ["a]}"], ["a"]), ("^😀+$", ["😀😀"], ["😁"]), ("^é$", ["é"], ["e\u{301}"]),
        ("(^|,)x($|,)", ["x", "a,x", "x,b"], ["ax", "xb"]), ("$^", [""], ["a"]),
        ("((a*)*)*b", ["aaab", "b"], ["aaa"]),
        ("^(a?){3}a{3}$", ["aaa", "aaaaaa"], ["aa", "aaaaaaa"]),
        ("(?:){10000}", [""], []),
    ]

    @Test(arguments: patterns)
    func `matches as ECMA-262 does`(_ pattern: String, _ yes: [String], _ no: [String]) throws {
        let schema = try schema(pattern)
        for text in yes { #expect(schema.check(.string(text)) == [], "\(text)") }
        for text in no {
            #expect(schema.check(.string(text)).map(\.keyword) == ["pattern"], "\(text)")
        }
    }

    @Test(arguments: [
        ("(", "no )"), (")", "no ("), ("(a", "no )"), ("a)", "no ("), ("[a", "no ]"), ("[", "no ]"),
        ("[a\\", "backslash"),
        ("*", "nothing to repeat"), ("a**", "nothing to repeat"), ("a|+", "nothing to repeat"),
        ("(?)", "group"),
        ("^*", "nothing to repeat"), ("a{2}{3}", "\\{"), ("{", "\\{"), ("a{", "\\{"),
        ("a{x}", "\\{"),
        ("a{1,x}", "{n,m}"), ("a{1", "{n,m}"), ("a{2,1}", "wrong order"), ("[b-a]", "wrong order"),
        ("\\", "backslash"),
        ("(?=a)", "lookaround"), ("(?!a)", "lookaround"), ("(?<=a)b", "lookaround"),
        ("(?<!a)b", "lookaround"),
        ("(a)\\1", "back-references"), ("(?<n>a)\\k<n>", "back-references"),
        ("\\01", "back-references"),
        ("\\p{L}", "property"), ("[\\P{L}]", "property"), ("(?i)a", "group"), ("(?<1a>b)", "name"),
        ("(?<a", "name"),
        ("\\q", "unknown"), ("\\é", "unknown"), ("[\\B]", "unknown"), ("\\x4", "2 hexadecimal"),
        ("\\u12", "4 hexadecimal"),
        ("\\u{110000}", "no such"), ("\\u{}", "hexadecimal"), ("\\u{D800}", "surrogate"),
        ("\\uD800", "surrogate"),
        ("\\uDC00", "surrogate"), ("\\uD800\\u0041", "surrogate"), ("\\c1", "letter"),
        ("a{10001}", "larger"), ("(a{100}){101}", "states"),
        ("((((a{10}){10}){10}){10}){10}", "states"),
        ("((((){1000}){1000}){1000}){1000}", "states"), ("(a?){5000}", "states"),
        (String(repeating: "(", count: 101), "deeper"),
    ])
    func `refuses what it cannot decide, in words`(_ pattern: String, _ words: String) throws {
        let error = #expect(throws: SchemaError.self) { try schema(pattern) }
        #expect(error?.pointer.text == "/pattern")
        #expect(error?.detail.contains(words) == true, "\(error?.detail ?? "")")
    }

    @Test(arguments: ["^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func `what backtracks exponentially elsewhere is decided`(_ pattern: String) throws {
        let text = JSONValue.string(String(repeating: "a", count: 5_000) + "!")
        #expect(try schema(pattern).check(text).map(\.keyword) == ["pattern"])
    }

    @Test func `the limits of unfolding`() throws {
        let text = String(repeating: "a", count: 9_999)
        let schema = try schema("^a{9997}$")
        #expect(schema.check(.string(String(text.dropLast(2)))) == [])
        #expect(schema.check(.string(text)).map(\.keyword) == ["pattern"])
        #expect(throws: SchemaError.self) { try self.schema("^a{9998}$") }
        let deep = String(repeating: "(", count: 100) + "a" + String(repeating: ")", count: 100)
        #expect(try self.schema(deep).check("a") == [])
    }
}
