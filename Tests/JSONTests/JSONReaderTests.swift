import JSON
import Testing

@Suite struct JSONReaderTests {
    /// The error of bad JSON, or nil when it was read.
    private func refusal(_ bytes: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONError? {
        do {
            _ = try JSONValue(parsing: bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    static let accepted: [(String, JSONValue)] = [
        ("null", .null),
        (" \t\r\n true ", true),
        ("false", false),
        ("0", 0),
        ("-1", -1),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("\"\"", ""),
        ("\"a\\u0062\\n\\/\\\"\\\\\\b\\f\\r\\t\"", "ab\n/\"\\\u{08}\u{0C}\r\t"),
        ("\"\\uD83D\\uDE00\\u00e9\\u00E9\"", "😀éé"),
        ("\"\\u0000\"", "\0"),
        ("\"\u{7F}\u{FFFF}\u{10FFFF}\"", "\u{7F}\u{FFFF}\u{10FFFF}"),
        ("[]", []),
        ("[ ]", []),
        ("{}", [:]),
        ("{ }", [:]),
        ("[1,[2],{\"a\":null}]", [1, [2], ["a": nil]]),
        ("{\"a\" : 1 ,\"\": [ ] }", ["a": 1, "": []]),
    ]

    @Test(arguments: accepted)
    func `reads every kind of value`(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        "1.5", "-0", "-0.0", "1e2", "1E+2", "1e-400", "0.10", "9223372036854775808",
        "-9223372036854775809", "123456789012345678901234567890", "1.7976931348623157e308",
    ])
    func `a number that is no 64-bit integer keeps its spelling`(_ text: String) throws {
        guard case .decimal(let decimal) = try JSONValue(parsing: text) else {
            Issue.record("\(text) is not read as a decimal")
            return
        }
        #expect(decimal.text == text)
        #expect(decimal.double == Double(text))
    }

    static let refused: [(String, JSONError.Code, String, Int)] = [
        ("", .emptyInput, "", 0),
        (" \n", .emptyInput, "", 2),
        ("\u{FEFF}1", .byteOrderMark, "", 0),
        ("1 2", .trailingBytes, "", 2),
        ("null\0", .trailingBytes, "", 4),
        ("{}}", .trailingBytes, "", 2),
        ("[1,]", .unexpectedByte, "/1", 3),
        ("[,1]", .unexpectedByte, "/0", 1),
        ("[1 2]", .unexpectedByte, "", 3),
        ("[1}", .unexpectedByte, "", 2),
        ("{\"a\":1,}", .unexpectedByte, "", 7),
        ("{\"a\" 1}", .unexpectedByte, "/a", 5),
        ("{\"a\":}", .unexpectedByte, "/a", 5),
        ("{a:1}", .unexpectedByte, "", 1),
        ("{1:1}", .unexpectedByte, "", 1),
        ("{'a':1}", .unexpectedByte, "", 1),
        ("// x\n1", .unexpectedByte, "", 0),
        ("tRue", .unexpectedByte, "", 1),
        ("NaN", .unexpectedByte, "", 0),
        ("Infinity", .unexpectedByte, "", 0),
        ("\0", .unexpectedByte, "", 0),
        ("\u{A0}1", .unexpectedByte, "", 0),
        ("\u{0B}1", .unexpectedByte, "", 0),
        ("+1", .unexpectedByte, "", 0),
        (".5", .unexpectedByte, "", 0),
        ("01", .invalidNumber, "", 1),
        ("-01", .invalidNumber, "", 2),
        ("-a", .invalidNumber, "", 1),
        ("1.a", .invalidNumber, "", 2),
        ("1e+ ", .invalidNumber, "", 3),
        ("[0x1]", .unexpectedByte, "", 2),
        ("1e309", .numberOutOfRange, "", 0),
        ("[-1e999]", .numberOutOfRange, "/0", 1),
        ("\"\\x\"", .invalidEscape, "", 1),
        ("\"\\u12G4\"", .invalidEscape, "", 1),
        ("\"\\u{1}\"", .invalidEscape, "", 1),
        ("\"\\uD800\"", .loneSurrogate, "", 1),
        ("\"\\uDC00\"", .loneSurrogate, "", 1),
        ("\"\\uDE00\\uD83D\"", .loneSurrogate, "", 1),
        ("\"\\uD800\\uD800\"", .loneSurrogate, "", 1),
        ("\"\\uD800\\u0041\"", .loneSurrogate, "", 1),
        ("\"\\uD800\\n\"", .loneSurrogate, "", 1),
        ("\"\\uD800x\"", .loneSurrogate, "", 1),
        ("\"a\nb\"", .controlCharacter, "", 2),
        ("\"\0\"", .controlCharacter, "", 1),
        ("{\"k\":\"\u{1F}\"}", .controlCharacter, "/k", 6),
        ("{\"a\":1,\"a\":1}", .duplicateKey, "/a", 7),
        ("{\"a\":1,\"\\u0061\":2}", .duplicateKey, "/a", 7),
        ("{\"x\":[{\"\":1,\"\":1}]}", .duplicateKey, "/x/0/", 12),
        ("{\"\u{E9}\":1,\"e\u{301}\":1}", .duplicateKey, "/e\u{301}", 8),
    ]

    @Test(arguments: refused)
    func `refuses bad JSON, saying what and where`(
        _ text: String,
        _ code: JSONError.Code,
        _ pointer: String,
        _ offset: Int
    ) throws {
        let error = try #require(refusal(Array(text.utf8)))
        #expect(error.code == code)
        #expect(error.pointer.text == pointer)
        #expect(error.offset == offset)
        #expect(!error.detail.isEmpty)
    }

    static let malformed: [[UInt8]] = [
        [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80],
        [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xFF], [0xFE], [0xC3, 0x5C, 0x6E, 0xA9],
    ]

    @Test(arguments: malformed)
    func `refuses what is not UTF-8`(_ bad: [UInt8]) throws {
        let error = try #require(refusal(Array("[\"é".utf8) + bad + Array("\"]".utf8)))
        #expect(error.code == .invalidUTF8)
        #expect(error.offset == 4)
        #expect(error.pointer.text == "/0")
    }

    @Test func `other encodings are refused`() {
        #expect(refusal([0xFF, 0xFE, 0x31, 0x00])?.code == .unexpectedByte)
        #expect(refusal([0x00, 0x31])?.code == .unexpectedByte)
    }

    @Test func `no truncation of a document is one`() throws {
        let text = """
            {"a": [1.5e+3, -0, true, {"b\\n": null}], "é": "\\uD83D\\uDE00 😀", "c": [[], {}, "x"]}
            """
        let bytes = Array(text.utf8)
        _ = try JSONValue(parsing: bytes)
        for count in bytes.indices {
            let error = try #require(refusal(Array(bytes[..<count])), "\(count) bytes")
            let codes: [JSONError.Code] = [.unexpectedEnd, .emptyInput, .invalidUTF8]
            #expect(codes.contains(error.code), "\(count) bytes: \(error)")
            #expect(error.offset <= count)
        }
    }

    @Test func `nesting is bounded`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8
            )
        }
        #expect(refusal(nested(64)) == nil)
        let error = try #require(refusal(nested(65)))
        #expect(error.code == .tooDeep)
        #expect(error.offset == 64)
        #expect(refusal(nested(1_000_000))?.code == .tooDeep)
        #expect(refusal(Array(String(repeating: "{\"a\":", count: 65).utf8))?.code == .tooDeep)
        #expect(refusal(nested(2), JSONLimits(depthMax: 1))?.code == .tooDeep)
        #expect(refusal(nested(1), JSONLimits(depthMax: 1)) == nil)
        #expect(refusal(nested(512), JSONLimits(depthMax: .max)) == nil)
        #expect(refusal(nested(513), JSONLimits(depthMax: .max))?.code == .tooDeep)
    }

    @Test func `the number of values is bounded`() {
        let limits = JSONLimits(valueCountMax: 3)
        #expect(refusal(Array("[1,2]".utf8), limits) == nil)
        #expect(refusal(Array("[1,2,3]".utf8), limits)?.code == .tooManyValues)
        #expect(refusal(Array("{\"a\":[1,2]}".utf8), limits)?.code == .tooManyValues)
    }

    @Test func `the length of a number is bounded`() {
        let longest = "0." + String(repeating: "1", count: JSONDecimal.byteCountMax - 2)
        #expect(refusal(Array(longest.utf8)) == nil)
        #expect(refusal(Array((longest + "1").utf8))?.code == .numberTooLong)
    }

    @Test func `a slice is read from its own start`() throws {
        let bytes = Array("xx[1,?]xx".utf8)
        #expect(try JSONValue(parsing: bytes[3..<4]) == 1)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[2..<7]) }
        #expect(error?.offset == 3)
    }

    @Test func `many members are read and looked up, and one twice is found`() throws {
        let members = (0..<5_000).map { "\"k\($0)\":\($0)" }
        let value = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
        #expect(value["k4999"] == 4999)
        let twice = "{" + (members + ["\"k7\":0"]).joined(separator: ",") + "}"
        #expect(refusal(Array(twice.utf8))?.code == .duplicateKey)
    }

    @Test func `an error never repeats a value`() {
        for text in ["[\"hunter2\" \"x\"]", "{\"a\":\"hunter2\\q\"}", "[hunter2]", "\"hunter2"] {
            #expect(refusal(Array(text.utf8))?.detail.contains("hunter2") == false)
        }
    }
}
