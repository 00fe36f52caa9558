import JSON

/// Turns a schema's JSON into nodes; the first error ends it.
struct SchemaCompiler {
    /// A `$ref` whose target is looked up when every schema has been seen.
    struct Reference {
        let node: Int
        let assertion: Int
        let target: String
        let place: JSONPointer
    }

    var nodes: [SchemaNode] = []
    /// Where each node stands; parallel to `nodes`.
    var places: [JSONPointer] = []
    var references: [Reference] = []
    /// The `default` of each node that has one.
    var defaults: [Int: JSONValue] = [:]
    private var nodesByPlace: [ExactText: Int] = [:]
    /// Where the schema stands in the caller's document.
    private let base: JSONPointer

    /// Compiles the schema that stands at `base`.
    static func compile(
        _ source: JSONValue,
        at base: JSONPointer
    ) throws(SchemaError) -> [SchemaNode] {
        var compiler = SchemaCompiler(base: base)
        guard source.serialized().count <= Schema.byteCountMax else {
            let detail = "a schema has at most \(Schema.byteCountMax) bytes"
            throw compiler.error(.root, detail)
        }
        _ = try compiler.schema(source, at: .root, depth: 0)
        try compiler.resolveReferences()
        try compiler.refuseLoops()
        try compiler.unfoldDefaults()
        return compiler.nodes
    }

    private init(base: JSONPointer) { self.base = base }

    /// An error at `place`, a pointer from the schema's root.
    func error(_ place: JSONPointer, _ detail: String) -> SchemaError {
        let pointer = place.tokens.reduce(base) { $0.appending($1) }
        return SchemaError(pointer: pointer, detail: detail)
    }

    /// Compiles one schema and everything in it; answers its node.
    mutating func schema(
        _ value: JSONValue,
        at place: JSONPointer,
        depth: Int
    ) throws(SchemaError) -> Int {
        guard depth < Schema.depthMax else {
            throw error(place, "schemas are nested deeper than \(Schema.depthMax)")
        }
        guard nodes.count < Schema.nodeCountMax else {
            throw error(place, "there are more than \(Schema.nodeCountMax) schemas in this one")
        }
        let node = nodes.count
        nodes.append(SchemaNode())
        places.append(place)
        nodesByPlace[ExactText(place.text)] = node
        switch value {
        case .bool(true): break
        case .bool(false): nodes[node].assertions = [.never]
        case .object(let object):
            for member in object {
                let keyword = SchemaKeyword(
                    name: member.key,
                    value: member.value,
                    siblings: object,
                    node: node,
                    place: place.appending(member.key),
                    depth: depth
                )
                guard let assertion = try self.assertion(keyword) else { continue }
                nodes[node].assertions.append(assertion)
            }
        default: throw error(place, "a schema must be an object, true or false")
        }
        return node
    }

    private mutating func resolveReferences() throws(SchemaError) {
        for reference in references {
            guard let target = nodesByPlace[ExactText(reference.target)] else {
                throw error(reference.place, "points to no schema of this document")
            }
            nodes[reference.node].assertions[reference.assertion] = .reference(target)
        }
    }

    /// Refuses schemas that lead back to themselves for one and the same value, and chains of them
    /// that are too long to follow.
    private func refuseLoops() throws(SchemaError) {
        var isDone = Array(repeating: false, count: nodes.count)
        var isOpen = isDone
        func visit(_ node: Int, _ length: Int) throws(SchemaError) {
            guard !isDone[node] else { return }
            guard !isOpen[node] else {
                throw error(places[node], "this schema refers to itself without end")
            }
            guard length < Schema.depthMax else {
                let detail = "more than \(Schema.depthMax) schemas follow each other"
                throw error(places[node], detail)
            }
            isOpen[node] = true
            for assertion in nodes[node].assertions {
                for next in assertion.inPlace { try visit(next, length + 1) }
            }
            isOpen[node] = false
            isDone[node] = true
        }
        for node in nodes.indices { try visit(node, 0) }
    }
}

/// A member of a schema that is being compiled.
struct SchemaKeyword {
    let name: String
    let value: JSONValue
    /// The schema's other members, this one included.
    let siblings: JSONObject
    /// The schema's node.
    let node: Int
    /// Where the keyword stands, from the schema's root.
    let place: JSONPointer
    /// How deep the schema is nested.
    let depth: Int
}
