import JSON

extension SchemaCompiler {
    /// Compiles one keyword; nil when it asserts nothing.
    mutating func assertion(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaAssertion? {
        if let count = SchemaCount(rawValue: keyword.name) {
            return .count(count, try self.count(keyword))
        }
        if let range = SchemaRange(rawValue: keyword.name) {
            guard keyword.value.double != nil else {
                throw error(keyword.place, "must be a number")
            }
            return .range(range, keyword.value)
        }
        switch keyword.name {
        case "type": return .type(try types(keyword))
        case "enum": return try enumeration(keyword)
        case "const": return .constant(SchemaIdentity(keyword.value))
        case "pattern": return .pattern(try pattern(keyword))
        case "format": return .format(try format(keyword))
        case "required": return .required(try names(keyword))
        case "$ref": return try reference(keyword)
        case "properties": return try properties(keyword)
        case "$defs":
            _ = try schemas(byName: keyword)
            return nil
        case "additionalProperties":
            let names = keyword.siblings["properties"]?.object?.keys ?? []
            let known = Set(names.map(ExactText.init))
            return .additionalProperties(try schema(keyword), besides: known)
        case "items": return .items(try items(keyword))
        case "allOf": return .all(try schemas(inList: keyword))
        case "anyOf": return .any(try schemas(inList: keyword))
        case "oneOf": return .one(try schemas(inList: keyword))
        case "not": return .not(try schema(keyword))
        case "default":
            defaults[keyword.node] = keyword.value
            return nil
        default:
            try annotation(keyword)
            return nil
        }
    }

    private func types(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaTypes {
        let items = keyword.value.array ?? [keyword.value]
        var types: SchemaTypes = []
        for item in items {
            guard let type = SchemaTypes.named.first(where: { .string($0.name) == item })?.type
            else {
                let names = SchemaTypes.named.map(\.name).joined(separator: ", ")
                throw error(keyword.place, "must be one of \(names), or a list of them")
            }
            guard types.insert(type).inserted else {
                throw error(keyword.place, "names a type twice")
            }
        }
        guard !items.isEmpty else { throw error(keyword.place, "must name a type") }
        return types
    }

    private func enumeration(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaAssertion {
        guard let values = keyword.value.array else {
            throw error(keyword.place, "must be a list of values")
        }
        let shown = values.prefix(20).map(\.serializedText).joined(separator: ", ")
        let isShort = values.count <= 20 && shown.utf8.count <= 400
        let words = isShort ? "must be one of \(shown)" : "must be one of the values of the enum"
        return .enumeration(Set(values.map(SchemaIdentity.init)), words: words)
    }

    private func pattern(_ keyword: SchemaKeyword) throws(SchemaError) -> RegularExpression {
        guard let text = keyword.value.string else {
            throw error(keyword.place, "must be a string")
        }
        do {
            return try RegularExpression(text)
        } catch {
            throw self.error(keyword.place, error.detail)
        }
    }

    private func format(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaFormat {
        guard let format = keyword.value.string.flatMap(SchemaFormat.init(rawValue:)) else {
            let names = SchemaFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(keyword.place, "must be one of \(names)")
        }
        return format
    }

    private func count(_ keyword: SchemaKeyword) throws(SchemaError) -> Int {
        guard let number = keyword.value.integer, number >= 0 else {
            throw error(keyword.place, "must be an integer of at least 0")
        }
        return Int(number)
    }

    private func names(_ keyword: SchemaKeyword) throws(SchemaError) -> [ExactText] {
        let names = keyword.value.array?.compactMap(\.string).map(ExactText.init)
        guard let names, names.count == keyword.value.array?.count else {
            throw error(keyword.place, "must be a list of strings")
        }
        guard Set(names).count == names.count else { throw error(keyword.place, "names one twice") }
        return names
    }
}
