import JSON
import Model
import Testing

@Suite struct SchemaTests {
    @Test(arguments: JudgedSchemas.groups)
    func `agrees with an independent judge`(_ group: JudgedSchemas.Group) throws {
        let schema = try Schema(compiling: try JSONValue(parsing: group.schema), at: .root)
        for text in group.valid.split(separator: "\n") {
            let violations = schema.check(try JSONValue(parsing: String(text)))
            #expect(violations == [], "\(text)")
        }
        for text in group.invalid.split(separator: "\n") {
            #expect(!schema.check(try JSONValue(parsing: String(text))).isEmpty, "\(text)")
        }
    }

    @Test(arguments: [
        ("9007199254740993", "9007199254740993.0", true),
        ("9007199254740993", "9007199254740992", false),
        ("0.1", "0.10", true), ("100", "1e2", true), ("0", "-0.0", true),
        ("\"é\"", "\"e\u{301}\"", false),
        ("12345678901234567890", "12345678901234567891", false),
    ])
    func `equality is of numbers and of code points`(
        _ one: String,
        _ other: String,
        _ same: Bool
    )
        throws
    {
        let schema = try compile("{\"const\":\(one)}")
        #expect(schema.check(try JSONValue(parsing: other)).isEmpty == same)
        let list = try compile("{\"enum\":[\(one)]}")
        #expect(list.check(try JSONValue(parsing: other)).isEmpty == same)
    }

    @Test func `a name is of its code points, and no other that looks alike`() throws {
        let (composed, split) = ("\u{E9}", "e\u{301}")
        let schema = try compile(
            "{\"properties\":{\"\(composed)\":{\"type\":\"integer\"}},\"required\":[\"\(composed)\"],"
                + "\"additionalProperties\":false}"
        )
        #expect(schema.check(.object([composed: 1])) == [])
        #expect(schema.check(.object([composed: "x"])).map(\.keyword) == ["type"])
        let found = schema.check(.object([split: 1])).map(\.keyword)
        #expect(Set(found) == ["required", "additionalProperties"])
        let refers = try JSONValue(
            parsing: "{\"$defs\":{\"\(composed)\":true},\"$ref\":\"#/$defs/\(split)\"}"
        )
        #expect(throws: SchemaError.self) { try Schema(compiling: refers, at: .root) }
    }

    @Test func `names every violation, its place and keyword, and never the value`() throws {
        let schema = try compile(
            """
            {"type": "object", "required": ["id", "name"], "additionalProperties": false,
             "properties": {"id": {"type": "integer", "minimum": 1}, "name": {"type": "string"},
               "tags": {"items": {"enum": ["a", "b"]}}, "url": {"format": "uri"},
               "key": {"pattern": "^sk_", "maxLength": 5},
               "pick": {"oneOf": [{"const": 1}, {"const": 2}]}}}
            """
        )
        let value = try JSONValue(
            parsing: """
                {"id": 0, "tags": ["a", "hunter2"], "url": "hunter2", "key": "hunter2",
                 "pick": "hunter2", "nam": "hunter2"}
                """
        )
        let place = JSONPointer.root.appending("config")
        let violations = schema.check(value, at: place)
        let found = violations.map { "\($0.pointer.text) \($0.keyword)" }
        #expect(
            Set(found) == [
                "/config/name required", "/config/nam additionalProperties", "/config/id minimum",
                "/config/tags/1 enum", "/config/url format", "/config/key pattern",
                "/config/key maxLength", "/config/pick oneOf",
            ]
        )
        #expect(found.count == 8)
        for violation in violations {
            #expect(!violation.detail.contains("hunter2"))
            #expect(!violation.detail.isEmpty)
        }
        let unknown = violations.first { $0.keyword == "additionalProperties" }
        #expect(unknown?.detail.contains("did you mean name?") == true)
    }

    @Test func `a part of a value is not blamed for what is not there`() throws {
        let schema = try compile(
            """
            {"required": ["a"], "minProperties": 2, "not": {"maxProperties": 1},
             "properties": {"a": {"type": "integer"}, "n": {"required": ["x"]}},
             "oneOf": [{"required": ["b"]}, {"required": ["c"]}]}
            """
        )
        #expect(!schema.check([:]).isEmpty)
        #expect(schema.check([:], ignoringRequired: true) == [])
        #expect(schema.check(["n": [:]], ignoringRequired: true) == [])
        #expect(schema.check(["a": "x"], ignoringRequired: true).map(\.keyword) == ["type"])
    }

    @Test func `the number of violations is bounded`() throws {
        let schema = try compile("{\"items\":{\"type\":\"string\"}}")
        let values = Array(repeating: JSONValue.integer(1), count: Schema.violationCountMax + 1)
        #expect(schema.check(.array(values)).count == Schema.violationCountMax)
        #expect(
            schema.check(.array(Array(values.dropLast(2)))).count == Schema.violationCountMax - 1
        )
    }

    @Test func `work is bounded, and giving up is a violation`() throws {
        // Each level tries both ways of the next: 2^30 ways in all.
        let levels = (0..<30)
            .map { level in
                let next = "{\"$ref\":\"#/$defs/l\(level + 1)\"}"
                return "\"l\(level)\":{\"anyOf\":[\(next),\(next)]}"
            }
        let defs = levels.joined(separator: ",")
        let schema = try compile("{\"$ref\":\"#/$defs/l0\",\"$defs\":{\(defs),\"l30\":false}}")
        #expect(schema.check(1).map(\.keyword).last == "limit")
        let inverted = try compile(
            "{\"not\":{\"$ref\":\"#/$defs/l0\"},\"$defs\":{\(defs),\"l30\":false}}"
        )
        #expect(inverted.check(1).map(\.keyword) == ["limit"])
        let pattern = try compile("{\"pattern\":\"^(a|b|ab)*(a|b|ab)*c$\"}")
        let long = JSONValue.string(String(repeating: "ab", count: 100_000))
        #expect(pattern.check(long).map(\.keyword).last == "limit")
    }

    @Test func `recursion follows the value, to a bound`() throws {
        let schema = try compile("{\"properties\":{\"n\":{\"$ref\":\"#\"}},\"type\":\"object\"}")
        func nested(_ depth: Int) -> JSONValue {
            (0..<depth).reduce([:]) { inner, _ in ["n": inner] }
        }
        #expect(schema.check(nested(62)) == [])
        #expect(schema.check(nested(600)).map(\.keyword) == ["limit"])
    }

    @Test func `schemas are equal as they were written`() throws {
        let one = try compile("{\"type\":\"string\",\"title\":\"x\"}")
        #expect(one == (try compile("{\"title\":\"x\",\"type\":\"string\"}")))
        #expect(one != (try compile("{\"type\":\"string\"}")))
        #expect(one.source["title"] == "x")
    }

    private func compile(_ text: String) throws -> Schema {
        try Schema(compiling: try JSONValue(parsing: text), at: .root)
    }
}
