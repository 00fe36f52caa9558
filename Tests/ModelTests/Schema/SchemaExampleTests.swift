import JSON
import Testing

@testable import Model

@Suite struct SchemaExampleTests {
    private func example(
        _ source: JSONValue,
        _ extent: Schema.ExampleExtent = .full
    ) throws -> JSONValue? {
        let schema = try Schema(compiling: source, at: .root)
        let example = schema.example(extent)
        if let example { #expect(schema.check(example).isEmpty) }
        return example
    }

    @Test func `fills every member, or those that are required`() throws {
        let schema: JSONValue = [
            "type": "object", "required": ["to"],
            "properties": [
                "to": ["type": "string", "format": "email"], "subject": ["type": "string"],
                "count": ["type": "integer", "minimum": 3], "kind": ["enum": ["a", "b"]],
            ],
        ]
        let full: JSONValue = [
            "to": "ada@example.com", "subject": "subject", "count": 3, "kind": "a",
        ]
        #expect(try example(schema) == full)
        #expect(try example(schema, .minimal) == ["to": "ada@example.com"])
    }

    @Test func `lets members that exclude each other stand alone`() throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": ["a": ["const": 1], "b": ["const": 2], "c": ["const": 3]],
            "oneOf": [["required": ["a"]], ["required": ["b"]]],
        ]
        #expect(try example(schema) == ["a": 1, "c": 3])
        #expect(try example(schema, .minimal) == ["a": 1])
    }

    @Test(arguments: [
        ("^pi_[A-Za-z0-9_]+$", "pi_a"), ("^[0-9]{3}-[A-Z]{2}$", "111-AA"), ("^(b|c)?x*$", "x"),
        (#"^\+[1-9][0-9]{1,14}$"#, "+11"), ("[^a-z]", "A"),
    ])
    func `finds a text of a pattern`(pattern: String, text: String) throws {
        let schema: JSONValue = ["type": "string", "pattern": .string(pattern)]
        #expect(try example(schema) == .string(text))
    }

    @Test func `takes the first example given, and has none where none can be`() throws {
        #expect(try example(["type": "string", "examples": [1, "x"]]) == "x")
        #expect(try example(["type": "string", "pattern": "^a$", "minLength": 2]) == nil)
        #expect(try example(["$ref": "#/$defs/x", "$defs": ["x": ["type": "boolean"]]]) == true)
        #expect(try example(["type": "array", "minItems": 2, "items": ["const": 7]]) == [7, 7])
    }
}
