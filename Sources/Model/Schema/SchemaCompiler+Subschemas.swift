import JSON

extension SchemaCompiler {
    /// Compiles the one schema that is a keyword's value.
    mutating func schema(_ keyword: SchemaKeyword) throws(SchemaError) -> Int {
        try schema(keyword.value, at: keyword.place, depth: keyword.depth + 1)
    }

    /// Compiles `items`; a list of schemas was its meaning before 2020-12.
    mutating func items(_ keyword: SchemaKeyword) throws(SchemaError) -> Int {
        guard keyword.value.array == nil else {
            throw error(keyword.place, "must be one schema; prefixItems is not supported")
        }
        return try schema(keyword)
    }

    /// Compiles the schemas of `allOf` and its like.
    mutating func schemas(inList keyword: SchemaKeyword) throws(SchemaError) -> [Int] {
        guard let items = keyword.value.array, !items.isEmpty else {
            throw error(keyword.place, "must be a list of at least one schema")
        }
        var nodes: [Int] = []
        for (index, item) in items.enumerated() {
            let place = keyword.place.appending(index)
            nodes.append(try schema(item, at: place, depth: keyword.depth + 1))
        }
        return nodes
    }

    /// Compiles the schemas of `properties` and `$defs`.
    mutating func schemas(
        byName keyword: SchemaKeyword
    ) throws(SchemaError) -> [(name: String, node: Int)] {
        guard let object = keyword.value.object else {
            throw error(keyword.place, "must be an object of schemas")
        }
        var nodes: [(name: String, node: Int)] = []
        for member in object {
            let place = keyword.place.appending(member.key)
            let node = try schema(member.value, at: place, depth: keyword.depth + 1)
            nodes.append((member.key, node))
        }
        return nodes
    }

    /// Compiles `properties`, which are kept in their order for the defaults.
    mutating func properties(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaAssertion {
        let properties = try schemas(byName: keyword)
        nodes[keyword.node].properties = properties
        let nodesByName = properties.map { (ExactText($0.name), $0.node) }
        return .properties(Dictionary(nodesByName) { first, _ in first })
    }

    /// Notes a `$ref` for later; answers an assertion that is replaced then.
    mutating func reference(_ keyword: SchemaKeyword) throws(SchemaError) -> SchemaAssertion {
        guard let text = keyword.value.string else {
            throw error(keyword.place, "must be a string")
        }
        guard text.utf8.first == 0x23 else {
            throw error(keyword.place, "must be local, such as #/$defs/address")
        }
        guard let pointer = Self.decoded(text.dropFirst()).flatMap({ JSONPointer($0) }) else {
            throw error(keyword.place, "must be # and a JSON pointer, such as #/$defs/address")
        }
        references.append(
            Reference(
                node: keyword.node,
                assertion: nodes[keyword.node].assertions.count,
                target: pointer.text,
                place: keyword.place
            )
        )
        return .never
    }

    /// Undoes percent-encoding (RFC 3986 section 2.1); nil when it is broken.
    private static func decoded(_ fragment: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(fragment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.utf8.first != 0x2B,
                let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
