import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test(arguments: [1, 2, 3, UInt64.random(in: 0 ... .max)])
    func `what is written reads back equal`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<300 {
            let value = JSONValue.random(depth: 5, using: &generator)
            let bytes = value.serialized()
            let place = Comment(rawValue: "seed \(seed), round \(round)")
            #expect(try JSONValue(parsing: bytes) == value, place)
            #expect(try JSONValue(parsing: bytes).serialized() == bytes, place)
            #expect(try JSONValue(parsing: value.prettySerialized()) == value, place)
            let canonical = value.canonical()
            #expect(try JSONValue(parsing: canonical).canonical() == canonical, place)
        }
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "-0",
        "1.50", "1E5", "[]", "{}", "[1,[2,{}]]", "{\"b\":1,\"a\":{\"c\":[null]}}",
        "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}/é😀\"",
    ])
    func `compact text comes out as it came in`(_ text: String) throws {
        #expect(try JSONValue(parsing: text).serializedText == text)
    }

    @Test func `integers of every length`() {
        var value: Int64 = 9
        for _ in 0..<18 {
            for number in [value, -value, value + 1, -value - 1] {
                var output: [UInt8] = [0x20]
                JSONWriter.appendInteger(number, to: &output)
                #expect(String(decoding: output, as: UTF8.self) == " \(number)")
            }
            value = value &* 10 &+ 9
        }
    }

    @Test func `pretty text has two spaces a level`() {
        let value: JSONValue = ["a": [1, [], ["b": nil]], "c": [:], "d": ["e": "f"]]
        let expected = """
            {
              "a": [
                1,
                [],
                {
                  "b": null
                }
              ],
              "c": {},
              "d": {
                "e": "f"
              }
            }
            """
        #expect(String(decoding: value.prettySerialized(), as: UTF8.self) == expected)
    }

    @Test func `writing appends`() {
        var output = Array("x".utf8)
        JSONValue.array([1]).write(into: &output)
        JSONObject([("a", "b")]).write(into: &output)
        JSONWriter.appendString("q\"", to: &output)
        JSONWriter.appendBool(true, to: &output)
        JSONWriter.append(",", to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "x[1]{\"a\":\"b\"}\"q\\\"\"true,")
    }
}
