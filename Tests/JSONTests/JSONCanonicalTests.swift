import JSON
import Testing

@Suite struct JSONCanonicalTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONValue(parsing: text).canonical(), as: UTF8.self)
    }

    /// The pairs of RFC 8785 appendix B, and what our exact integers change.
    @Test(arguments: [
        ("-0", "0"), ("-0.0", "0"), ("0.0", "0"), ("1.0", "1"), ("1.50", "1.5"), ("10e0", "10"),
        ("5e-324", "5e-324"), ("-5e-324", "-5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("9007199254740992.0", "9007199254740992"),
        ("295147905179352825856", "295147905179352830000"),
        ("9.999999999999997e22", "9.999999999999997e+22"), ("1e23", "1e+23"),
        ("1.0000000000000001e23", "1.0000000000000001e+23"),
        ("999999999999999700000", "999999999999999700000"),
        ("999999999999999900000", "999999999999999900000"), ("1e21", "1e+21"),
        ("9.999999999999997e-7", "9.999999999999997e-7"), ("0.000001", "0.000001"),
        ("333333333.3333332", "333333333.3333332"),
        ("-0.0000033333333333333333", "-0.0000033333333333333333"),
        ("1424953923781206.2", "1424953923781206.2"), ("1E30", "1e+30"), ("4.50", "4.5"),
        ("2e-3", "0.002"), ("0.000000000000000000000000001", "1e-27"), ("123e-9", "1.23e-7"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854776000"),
    ])
    func `decimals are printed as ECMAScript prints them`(_ text: String, _ expected: String) throws
    {
        #expect(try canonical(text) == expected)
    }

    @Test func `members are sorted by UTF-16 code units`() throws {
        // The example of RFC 8785 section 3.2.3: U+1F600 comes before U+FB33.
        let text = """
            {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew","1":"One",\
            "\\ud83d\\ude00":"Emoji","\\u0080":"Control","\\u00f6":"Latin"}
            """
        let expected = """
            {"\\r":"Carriage Return","1":"One","\u{80}":"Control","ö":"Latin","€":"Euro Sign",\
            "😀":"Emoji","\u{FB33}":"Hebrew"}
            """
        #expect(try canonical(text) == expected)
    }

    @Test func `nested objects are sorted and lists are not`() throws {
        #expect(
            try canonical("{\"b\":[3,1,{\"d\":1,\"c\":2}],\"a\":0}")
                == "{\"a\":0,\"b\":[3,1,{\"c\":2,\"d\":1}]}"
        )
    }
}
