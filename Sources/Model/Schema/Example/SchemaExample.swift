import JSON

/// Makes values of what a schema asks for; whether they are valid is for its owner to check.
struct SchemaExample {
    /// The deepest nesting that is filled; below, only what is required.
    private static let depthMax = 8
    /// The deepest nesting at all.
    private static let depthEnd = 24

    /// The whole schema, for its references.
    let document: JSONValue

    /// A value of `schema`; free texts are the member's name, so that a reader sees what went where.
    func value(
        of schema: JSONValue,
        _ extent: Schema.ExampleExtent,
        named name: String,
        depth: Int = 0
    ) -> JSONValue? {
        guard depth < Self.depthEnd, schema != false else { return nil }
        let schema = flattened(schema)
        if depth > 0, let given = schema["examples"]?.array?.first { return given }
        if let const = schema["const"] { return const }
        if let first = schema["enum"]?.array?.first { return first }
        if let standard = schema["default"] { return standard }
        switch type(of: schema) {
        case "object": return object(schema, extent, depth)
        case "array": return array(schema, extent, named: name, depth)
        case "integer", "number": return SchemaExampleNumber(schema).value
        case "boolean": return true
        case "null": return .null
        default: return SchemaExampleText(schema, name: name).value.map { .string($0) }
        }
    }

    /// The sets of members to begin with: what is required, with what each alternative requires.
    func seeds(of schema: JSONValue) -> [Set<String>] {
        let schema = resolved(schema)
        let base = Self.required(schema)
        let parts = (schema["allOf"]?.array ?? []).map(resolved)
        let all = parts.reduce(base) { $0.union(Self.required($1)) }
        let groups = ([schema] + parts)
            .flatMap { part in ["anyOf", "oneOf"].compactMap { part[$0]?.array } }
        var seeds = [all]
        for group in groups.prefix(4) {
            seeds = seeds.flatMap { seed in
                group.prefix(8).map { seed.union(Self.required(resolved($0))) }
            }
        }
        return [all] + seeds
    }

    private static func required(_ schema: JSONValue) -> Set<String> {
        Set((schema["required"]?.array ?? []).compactMap(\.string))
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let text = schema["$ref"]?.string, text.hasPrefix("#"),
            let target = JSONPointer(String(text.dropFirst())).flatMap(document.at)
        else { return schema }
        return target
    }

    /// The schema with what it refers to, and with the first of its alternatives.
    private func flattened(_ schema: JSONValue, depth: Int = 0) -> JSONValue {
        guard var object = schema.object, depth < Self.depthMax else { return schema }
        var parts: [JSONValue] = []
        if object["$ref"] != nil { parts.append(resolved(schema)) }
        parts += object["allOf"]?.array ?? []
        for key in ["anyOf", "oneOf"] {
            if let first = object[key]?.array?.first { parts.append(first) }
        }
        for key in ["$ref", "allOf", "anyOf", "oneOf"] { object[key] = JSONValue?.none }
        for part in parts {
            guard let more = flattened(part, depth: depth + 1).object else { continue }
            for member in more { object[member.key] = Self.joined(object[member.key], member) }
        }
        return .object(object)
    }

    private static func joined(_ old: JSONValue?, _ new: JSONObject.Member) -> JSONValue {
        guard let old else { return new.value }
        switch new.key {
        case "required": return .array((old.array ?? []) + (new.value.array ?? []))
        case "properties": return old.merging(patch: new.value)
        default: return old
        }
    }

    private func type(of schema: JSONValue) -> String {
        if let name = schema["type"]?.string { return name }
        let names = schema["type"]?.array?.compactMap(\.string) ?? []
        if let name = names.first(where: { $0 != "null" }) { return name }
        let signs = [
            ("object", ["properties", "required", "additionalProperties", "minProperties"]),
            ("array", ["items", "minItems", "maxItems"]),
            ("number", ["minimum", "maximum"]),
        ]
        return signs.first { sign in sign.1.contains { schema[$0] != nil } }?.0 ?? "string"
    }

    private func array(
        _ schema: JSONValue,
        _ extent: Schema.ExampleExtent,
        named name: String,
        _ depth: Int
    ) -> JSONValue? {
        let count = max(1, Int(schema["minItems"]?.integer ?? 1))
        guard schema["maxItems"]?.integer != 0 else { return [] }
        let items = schema["items"] ?? [:]
        guard let item = value(of: items, extent, named: name, depth: depth + 1) else {
            return schema["minItems"] == nil ? [] : nil
        }
        return .array(Array(repeating: item, count: min(count, 100)))
    }

    private func object(
        _ schema: JSONValue,
        _ extent: Schema.ExampleExtent,
        _ depth: Int
    ) -> JSONValue? {
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let properties = schema["properties"]?.object ?? [:]
        let isFull = extent == .full && depth < Self.depthMax
        var object = JSONObject()
        for property in properties where isFull || required.contains(property.key) {
            let name = property.key
            if let value = value(of: property.value, extent, named: name, depth: depth + 1) {
                object[name] = value
            } else if required.contains(name) {
                return nil
            }
        }
        let more = schema["additionalProperties"] ?? [:]
        for name in required where !object.contains(name) && more != false {
            object[name] = value(of: more, extent, named: name, depth: depth + 1)
        }
        if object.isEmpty, properties.isEmpty, isFull, more != false {
            object["key"] = value(of: more, extent, named: "value", depth: depth + 1)
        }
        return .object(object)
    }
}
