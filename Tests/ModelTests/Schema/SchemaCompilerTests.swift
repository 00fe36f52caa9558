import JSON
import Model
import Testing

@Suite struct SchemaCompilerTests {
    /// The error of a schema that stands at `/s`, or nil when it was accepted.
    private func refusal(_ schema: JSONValue) -> SchemaError? {
        do {
            _ = try Schema(compiling: schema, at: JSONPointer.root.appending("s"))
            return nil
        } catch {
            return error
        }
    }

    private func refusal(_ text: String) throws -> SchemaError? {
        refusal(try JSONValue(parsing: text))
    }

    @Test(arguments: [
        "{}", "true", "false", #"{"x-secret":{"any":1}}"#,
        ##"{"title":"t","description":"d","examples":[1],"$comment":"c","deprecated":true}"##,
        ##"{"readOnly":true,"writeOnly":false,"default":{},"$id":"https://example.com/s"}"##,
        ##"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"##,
        ##"{"minLength":2.0}"##, ##"{"required":[]}"##, ##"{"enum":[]}"##,
        ##"{"$ref":"#/$defs/%61","$defs":{"a":{}}}"##,
        ##"{"properties":{"a":{"$ref":"#"},"b":{"items":{"$ref":"#/properties/a"}}}}"##,
    ])
    func `accepts the subset`(_ text: String) throws {
        #expect(try refusal(text) == nil)
    }

    static let refused: [(String, String)] = [
        ("1", ""), ("[]", ""), ("null", ""), ("\"x\"", ""),
        (#"{"type":"objekt"}"#, "/type"), (#"{"type":[]}"#, "/type"), (#"{"type":1}"#, "/type"),
        (#"{"type":["null","null"]}"#, "/type"),
        (#"{"enum":1}"#, "/enum"), (#"{"format":"ipv4"}"#, "/format"),
        (#"{"format":1}"#, "/format"),
        (#"{"pattern":"("}"#, "/pattern"), (#"{"pattern":1}"#, "/pattern"),
        (#"{"pattern":"(?=a)"}"#, "/pattern"), (#"{"pattern":"(a)\\1"}"#, "/pattern"),
        (#"{"minLength":-1}"#, "/minLength"), (#"{"maxItems":1.5}"#, "/maxItems"),
        (#"{"minProperties":"1"}"#, "/minProperties"), (#"{"minimum":"1"}"#, "/minimum"),
        (#"{"multipleOf":5}"#, "/multipleOf"),
        (#"{"items":{"multipleOf":1}}"#, "/items/multipleOf"),
        (#"{"uniqueItems":true}"#, "/uniqueItems"), (#"{"uniqueItems":false}"#, "/uniqueItems"),
        (#"{"required":"a"}"#, "/required"),
        (#"{"required":[1]}"#, "/required"), (#"{"required":["a","a"]}"#, "/required"),
        (#"{"properties":[]}"#, "/properties"), (#"{"properties":{"a":1}}"#, "/properties/a"),
        (#"{"additionalProperties":1}"#, "/additionalProperties"),
        (#"{"items":[{}]}"#, "/items"), (#"{"items":1}"#, "/items"),
        (#"{"allOf":[]}"#, "/allOf"), (#"{"anyOf":{}}"#, "/anyOf"), (#"{"oneOf":[1]}"#, "/oneOf/0"),
        (#"{"not":1}"#, "/not"), (#"{"title":1}"#, "/title"), (#"{"examples":1}"#, "/examples"),
        (#"{"readOnly":"yes"}"#, "/readOnly"),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "/$schema"),
        (#"{"properties":{"a":{"$id":"x"}}}"#, "/properties/a/$id"),
        (#"{"unevaluatedProperties":false}"#, "/unevaluatedProperties"),
        (#"{"dependentRequired":{"a":["b"]}}"#, "/dependentRequired"),
        (#"{"patternProperties":{}}"#, "/patternProperties"),
        (#"{"prefixItems":[]}"#, "/prefixItems"),
        (#"{"contains":{}}"#, "/contains"), (#"{"if":{}}"#, "/if"),
        (#"{"propertyNames":{}}"#, "/propertyNames"),
        (#"{"definitions":{}}"#, "/definitions"), (##"{"$dynamicRef":"#x"}"##, "/$dynamicRef"),
        (#"{"allOf":[{"minlength":1}]}"#, "/allOf/0/minlength"),
    ]

    @Test(arguments: refused)
    func `refuses what is wrong or outside the subset, and says where`(
        _ text: String,
        _ place: String
    ) throws {
        let error = try refusal(text)
        #expect(error?.pointer.text == "/s" + place)
        #expect(error?.detail.isEmpty == false)
    }

    @Test(arguments: [
        "if", "then", "else", "dependentSchemas", "dependentRequired", "patternProperties",
        "propertyNames", "prefixItems", "contains", "minContains", "maxContains",
        "unevaluatedItems", "unevaluatedProperties", "contentEncoding", "contentMediaType",
        "contentSchema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary", "dependencies",
        "additionalItems", "definitions", "id", "$recursiveAnchor", "$recursiveRef", "divisibleBy",
        "disallow", "extends", "nullable", "discriminator",
    ])
    func `refuses every other keyword wherever it stands`(_ keyword: String) throws {
        let inner: JSONValue = [keyword: .string("x")]
        let places: [(JSONValue, String)] = [
            (inner, ""), (["items": inner], "/items"), (["not": inner], "/not"),
            (["properties": ["a": inner]], "/properties/a"), (["$defs": ["a": inner]], "/$defs/a"),
            (["additionalProperties": inner], "/additionalProperties"),
            (["oneOf": [true, inner]], "/oneOf/1"),
        ]
        for (schema, place) in places {
            let error = try #require(refusal(schema))
            #expect(error.pointer.text == "/s\(place)/\(keyword)")
            #expect(error.detail.hasPrefix("this keyword is "))
        }
        // A property may be called so.
        #expect(refusal(["properties": [keyword: true], "required": [.string(keyword)]]) == nil)
    }

    @Test(arguments: [
        (##"{"$ref":"https://example.com/s.json"}"##, "/$ref", "local"),
        (##"{"$ref":"#/$defs/nope"}"##, "/$ref", "no schema"),
        (##"{"$ref":"#anchor"}"##, "/$ref", "pointer"),
        (##"{"$ref":"#/%zz"}"##, "/$ref", "pointer"),
        (##"{"$ref":"#/%"}"##, "/$ref", "pointer"), (##"{"$ref":1}"##, "/$ref", "string"),
        (
            ##"{"properties":{"a":{"$ref":"#/required"}},"required":["a"]}"##, "/properties/a/$ref",
            "no schema"
        ),
        (
            ##"{"properties":{"a":{"$ref":"#/examples/0"}},"examples":[{}]}"##,
            "/properties/a/$ref", "no schema"
        ),
        (##"{"$ref":"#"}"##, "", "without end"),
        (
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[true,{"$ref":"#/$defs/b"}]},"##
                + ##""b":{"not":{"$ref":"#/$defs/a"}}}}"##,
            "/$defs/a", "without end"
        ),
    ])
    func `refuses references that lead nowhere, away or round`(
        _ text: String,
        _ place: String,
        _ words: String
    ) throws {
        let error = try #require(try refusal(text))
        #expect(error.pointer.text == "/s" + place)
        #expect(error.detail.contains(words))
    }

    @Test func `a misspelt keyword gets a hint`() throws {
        #expect(
            try refusal(#"{"minlength":1}"#)?.detail.contains("did you mean minLength?") == true
        )
    }

    @Test func `size is bounded`() throws {
        func described(_ count: Int) -> JSONValue {
            ["description": .string(String(repeating: "x", count: count))]
        }
        let frame = 18  // {"description":""}
        #expect(refusal(described(Schema.byteCountMax - frame)) == nil)
        #expect(refusal(described(Schema.byteCountMax - frame + 1))?.pointer.text == "/s")
    }

    @Test func `the number of schemas is bounded`() {
        func list(_ count: Int) -> JSONValue {
            ["anyOf": .array(Array(repeating: true, count: count))]
        }
        #expect(refusal(list(Schema.nodeCountMax - 1)) == nil)
        #expect(refusal(list(Schema.nodeCountMax))?.pointer.text.hasPrefix("/s/anyOf/") == true)
    }

    @Test func `nesting and chains are bounded`() throws {
        func nested(_ depth: Int) -> JSONValue {
            (1..<depth).reduce(true) { inner, _ in ["items": inner] }
        }
        #expect(refusal(nested(Schema.depthMax)) == nil)
        #expect(refusal(nested(Schema.depthMax + 1)) != nil)
        func chain(_ length: Int) -> JSONValue {
            let defs = (0..<length)
                .map { index -> (String, JSONValue) in
                    let next: JSONValue = ["$ref": .string("#/$defs/d\(index + 1)")]
                    return ("d\(index)", index == length - 1 ? true : next)
                }
            return ["$defs": .object(JSONObject(defs))]
        }
        #expect(refusal(chain(Schema.depthMax)) == nil)
        #expect(refusal(chain(Schema.depthMax + 1)) != nil)
    }
}
