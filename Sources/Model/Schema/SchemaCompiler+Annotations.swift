import JSON

extension SchemaCompiler {
    /// The one dialect that is understood.
    private static let dialect = "https://json-schema.org/draft/2020-12/schema"

    /// The keywords that assert nothing, with the type of their value.
    private static let annotations: [String: SchemaTypes] = [
        "title": .string, "description": .string, "examples": .array, "$comment": .string,
        "deprecated": .boolean, "readOnly": .boolean, "writeOnly": .boolean,
        "$schema": .string, "$id": .string,
    ]

    /// The keywords that are understood, for those who misspell one.
    private static let supported =
        Array(annotations.keys) + [
            "type", "properties", "required", "additionalProperties", "items", "enum", "const",
            "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
            "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "minProperties",
            "maxProperties", "allOf", "anyOf", "oneOf", "not",
            "$ref", "$defs", "default",
        ]

    /// The keywords of JSON Schema, of any draft, that are left out on purpose.
    private static let leftOut: Set<String> = [
        "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies",
        "patternProperties", "propertyNames", "prefixItems", "additionalItems", "contains",
        "minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties",
        "contentEncoding", "contentMediaType", "contentSchema", "$anchor", "$dynamicAnchor",
        "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary", "definitions", "id",
        "nullable", "discriminator", "multipleOf", "uniqueItems",
    ]

    /// Checks a keyword that asserts nothing, and refuses one that is not known: what it was meant
    /// to assert would not hold.
    func annotation(_ keyword: SchemaKeyword) throws(SchemaError) {
        // Names that start so are annotations by convention, never assertions.
        guard !keyword.name.hasPrefix("x-") else { return }
        guard let types = Self.annotations[keyword.name] else { throw unknown(keyword) }
        guard !types.isDisjoint(with: SchemaTypes(of: keyword.value)) else {
            throw error(keyword.place, "must be of the type \(types.words)")
        }
        if keyword.name == "$schema" { try dialect(keyword) }
        if keyword.name == "$id", keyword.node != 0 {
            throw error(keyword.place, "may stand in the outermost schema alone")
        }
    }

    private func dialect(_ keyword: SchemaKeyword) throws(SchemaError) {
        let isKnown = [Self.dialect, Self.dialect + "#"].contains(keyword.value.string)
        guard isKnown else { throw error(keyword.place, "must be \(Self.dialect)") }
    }

    private func unknown(_ keyword: SchemaKeyword) -> SchemaError {
        guard !Self.leftOut.contains(keyword.name) else {
            let detail = "this keyword is outside the supported subset of JSON Schema 2020-12: "
            return error(keyword.place, detail + keyword.name)
        }
        let nearest = Spelling.nearest(to: keyword.name, in: Self.supported)
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        return error(keyword.place, "this keyword is unknown" + hint)
    }
}
