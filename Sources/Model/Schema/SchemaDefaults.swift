public import JSON

extension Schema {
    /// The object with the defaults of its absent properties filled in, in nested objects too.
    ///
    /// What is there stays, `null` included. Defaults count where a valid value is sure to have
    /// them: in `properties`, through `$ref` and `allOf`, never from an alternative. A property's
    /// first default wins; one that is an object is filled in by the property's own schema.
    public func applyingDefaults(to object: JSONObject) -> JSONObject {
        SchemaDefaults(nodes: nodes).filled(object, by: 0) { nodes[$0].fallback }
    }
}

/// Walks an object along its schema.
struct SchemaDefaults {
    let nodes: [SchemaNode]

    /// The object with what `fallback` answers for the nodes of its absent properties.
    ///
    /// Only objects that were there are walked into, so the walk is no deeper than the object,
    /// whatever the schema.
    func filled<E: Error>(
        _ original: JSONObject,
        by node: Int,
        fallback: (Int) throws(E) -> JSONValue?
    ) throws(E) -> JSONObject {
        guard nodes[node].leadsToDefault else { return original }
        var object = original
        for source in sources(of: node) {
            for (name, property) in nodes[source].properties where nodes[property].leadsToDefault {
                if case .object(let nested) = object[name], original.contains(name) {
                    let filled = try filled(nested, by: property, fallback: fallback)
                    object[name] = .object(filled)
                } else if !object.contains(name), let value = try fallback(property) {
                    object[name] = value
                }
            }
        }
        return object
    }

    /// The node and those that are sure to apply to the same value, each once.
    func sources(of node: Int) -> [Int] {
        var sources = [node]
        var seen: Set<Int> = [node]
        var next = 0
        while next < sources.count {
            for assertion in nodes[sources[next]].assertions {
                for source in assertion.certain where seen.insert(source).inserted {
                    sources.append(source)
                }
            }
            next += 1
        }
        return sources
    }
}
