import JSON

extension SchemaCompiler {
    /// Makes of each property's default what an absent property becomes, nested defaults included,
    /// so that filling in an object later is a copy and cannot run away.
    mutating func unfoldDefaults() throws(SchemaError) {
        markPathsToDefaults()
        var unfolding = DefaultUnfolding(
            walk: SchemaDefaults(nodes: nodes),
            defaults: defaults,
            places: places
        )
        for node in nodes.indices {
            for property in nodes[node].properties {
                do {
                    nodes[property.node].fallback = try unfolding.fallback(for: property.node)
                } catch {
                    throw self.error(error.place, error.detail)
                }
            }
        }
    }

    /// Sets `leadsToDefault`, from the defaults backwards.
    private mutating func markPathsToDefaults() {
        var parents: [Int: [Int]] = [:]
        for (index, node) in nodes.enumerated() {
            let children = node.properties.map(\.node) + node.assertions.flatMap(\.certain)
            for child in children { parents[child, default: []].append(index) }
        }
        var open = Array(defaults.keys)
        while let node = open.popLast() {
            guard !nodes[node].leadsToDefault else { continue }
            nodes[node].leadsToDefault = true
            open += parents[node] ?? []
        }
    }
}

/// Unfolds the defaults of one schema document, each property once.
private struct DefaultUnfolding {
    struct Failure: Error {
        let place: JSONPointer
        let detail: String
    }

    let walk: SchemaDefaults
    let defaults: [Int: JSONValue]
    let places: [JSONPointer]
    private var done: [Int: JSONValue?] = [:]
    private var open: Set<Int> = []

    init(walk: SchemaDefaults, defaults: [Int: JSONValue], places: [JSONPointer]) {
        self.walk = walk
        self.defaults = defaults
        self.places = places
    }

    mutating func fallback(for node: Int) throws(Failure) -> JSONValue? {
        if let known = done[node] { return known }
        guard open.count < Schema.depthMax, open.insert(node).inserted else {
            throw Failure(place: places[node], detail: "its default unfolds without end")
        }
        defer { open.remove(node) }
        var value = walk.sources(of: node).lazy.compactMap { [defaults] in defaults[$0] }.first
        if case .object(let object) = value {
            let filled = try walk.filled(object, by: node) { property throws(Failure) in
                try fallback(for: property)
            }
            value = .object(filled)
        }
        guard value.map(Self.size) ?? 0 <= Schema.defaultValueCountMax else {
            let detail = "its default unfolds to more than \(Schema.defaultValueCountMax) values"
            throw Failure(place: places[node], detail: detail)
        }
        done[node] = .some(value)
        return value
    }

    /// The number of values in `value`, itself included.
    private static func size(_ value: JSONValue) -> Int {
        switch value {
        case .array(let items): items.reduce(1) { $0 + size($1) }
        case .object(let object): object.reduce(1) { $0 + size($1.value) }
        default: 1
        }
    }
}
