import JSON
import Model
import Testing

@Suite struct SchemaDefaultsTests {
    private func filled(_ schema: String, _ object: String) throws -> String {
        let schema = try Schema(compiling: try JSONValue(parsing: schema), at: .root)
        let object = try #require(try JSONValue(parsing: object).object)
        return JSONValue.object(schema.applyingDefaults(to: object)).serializedText
    }

    @Test(arguments: [
        (
            ##"{"properties":{"a":{"default":1},"b":{"default":null},"c":{}}}"##, "{}",
            #"{"a":1,"b":null}"#
        ),
        (##"{"properties":{"a":{"default":1}}}"##, #"{"a":2}"#, #"{"a":2}"#),
        (##"{"properties":{"a":{"default":1}}}"##, #"{"a":null}"#, #"{"a":null}"#),
        (##"{"properties":{"n":{"properties":{"a":{"default":1}}}}}"##, "{}", "{}"),
        (
            ##"{"properties":{"n":{"properties":{"a":{"default":1}}}}}"##, #"{"n":{"b":2}}"#,
            #"{"n":{"b":2,"a":1}}"#
        ),
        (
            ##"{"properties":{"n":{"default":{},"properties":{"a":{"default":1}}}}}"##, "{}",
            #"{"n":{"a":1}}"#
        ),
        (
            ##"{"properties":{"n":{"default":{"m":{}},"properties":{"m":{"$ref":"#/$defs/d"}}}},"##
                + ##""$defs":{"d":{"properties":{"a":{"default":1}}}}}"##,
            "{}", #"{"n":{"m":{"a":1}}}"#
        ),
        (
            ##"{"properties":{"a":{"$ref":"#/$defs/d"}},"$defs":{"d":{"default":7}}}"##, "{}",
            #"{"a":7}"#
        ),
        (
            ##"{"properties":{"a":{"$ref":"#/$defs/d","default":8}},"$defs":{"d":{"default":7}}}"##,
            "{}", #"{"a":8}"#
        ),
        (
            ##"{"allOf":[{"properties":{"a":{"default":1}}},"##
                + ##"{"properties":{"a":{"default":2},"b":{"default":3}}}]}"##,
            "{}", #"{"a":1,"b":3}"#
        ),
        (##"{"anyOf":[{"properties":{"a":{"default":1}}}]}"##, "{}", "{}"),
        (
            ##"{"items":{"properties":{"a":{"default":1}}},"properties":{"l":{}}}"##,
            #"{"l":[{}]}"#, #"{"l":[{}]}"#
        ),
        (
            ##"{"properties":{"n":{"$ref":"#"},"a":{"default":1}}}"##, #"{"n":{"n":{}}}"#,
            #"{"n":{"n":{"a":1},"a":1},"a":1}"#
        ),
        (
            ##"{"properties":{"a":{"properties":{"b":{"default":1}}}}}"##, #"{"a":[1]}"#,
            #"{"a":[1]}"#
        ),
        ("true", #"{"a":1}"#, #"{"a":1}"#),
    ])
    func `fills in what is absent`(_ schema: String, _ object: String, _ expected: String) throws {
        #expect(try filled(schema, object) == expected)
    }

    @Test func `the defaults alone`() throws {
        let text = #"{"properties":{"region":{"default":"eu"},"retries":{"default":3}}}"#
        let schema = try Schema(compiling: try JSONValue(parsing: text), at: .root)
        #expect(schema.defaults == ["region": "eu", "retries": 3])
    }

    @Test func `a default that unfolds without end is refused`() throws {
        let loop = ##"{"properties":{"a":{"default":{},"$ref":"#"}}}"##
        let error = #expect(throws: SchemaError.self) {
            try Schema(compiling: try JSONValue(parsing: loop), at: .root)
        }
        #expect(error?.pointer.text == "/properties/a")
        // Not so when two branches meet: neither default holds the other.
        let meeting =
            ##"{"allOf":[{"properties":{"x":{"default":{}}}},{"properties":{"x":{"$ref":"#"}}}]}"##
        #expect(try filled(meeting, "{}") == #"{"x":{}}"#)
    }

    @Test func `what a default unfolds to is bounded`() throws {
        // Two members a level, each with the whole next level: 2^12 values.
        let levels = (0..<12)
            .map { level in
                let next = "{\"default\":{},\"$ref\":\"#/$defs/l\(level + 1)\"}"
                return "\"l\(level)\":{\"properties\":{\"x\":\(next),\"y\":\(next)}}"
            }
        let defs = levels.joined(separator: ",")
        let text = "{\"$ref\":\"#/$defs/l0\",\"$defs\":{\(defs),\"l12\":{}}}"
        let error = #expect(throws: SchemaError.self) {
            try Schema(compiling: try JSONValue(parsing: text), at: .root)
        }
        #expect(error?.detail.contains("1000") == true)
    }
}
