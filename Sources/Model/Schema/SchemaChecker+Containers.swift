import JSON

extension SchemaChecker {
    mutating func counts(
        _ rule: SchemaCount,
        _ limit: Int,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard let count = count(rule, value), !(isPartial && rule == .minProperties) else {
            return true
        }
        if rule.allows(count, limit) { return true }
        return fail(rule.rawValue, pointer, rule.words(limit))
    }

    /// The number that the rule bounds, or nil when the value has no such thing.
    private mutating func count(_ rule: SchemaCount, _ value: JSONValue) -> Int? {
        switch (rule, value) {
        case (.minLength, .string(let text)), (.maxLength, .string(let text)):
            spend(text.utf8.count / 16) ? text.unicodeScalars.count : nil
        case (.minItems, .array(let items)), (.maxItems, .array(let items)): items.count
        case (.minProperties, .object(let object)), (.maxProperties, .object(let object)):
            object.count
        default: nil
        }
    }

    mutating func hasUniqueItems(_ value: JSONValue, _ pointer: JSONPointer) -> Bool {
        guard case .array(let items) = value, spend(cost(of: value)) else { return true }
        var seen: Set<SchemaIdentity> = []
        for (index, item) in items.enumerated()
        where !seen.insert(SchemaIdentity(item)).inserted {
            let place = pointer.appending(index)
            return fail("uniqueItems", place, "must differ from the items before it")
        }
        return true
    }

    mutating func hasItems(_ node: Int, _ value: JSONValue, _ pointer: JSONPointer) -> Bool {
        guard case .array(let items) = value else { return true }
        var isSatisfied = true
        for (index, item) in items.enumerated() {
            guard spend(1) else { return false }
            if !satisfies(node, item, pointer.appending(index)) { isSatisfied = false }
        }
        return isSatisfied
    }

    mutating func hasProperties(
        _ nodes: [String: Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value else { return true }
        var isSatisfied = true
        for member in object {
            guard spend(1) else { return false }
            guard let node = nodes[member.key] else { continue }
            let place = pointer.appending(member.key)
            if !satisfies(node, member.value, place) { isSatisfied = false }
        }
        return isSatisfied
    }

    mutating func hasRequired(
        _ names: [String],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value, !isPartial else { return true }
        guard spend(names.count) else { return false }
        var isSatisfied = true
        for name in names where !object.contains(name) {
            isSatisfied = fail("required", pointer.appending(name), "is required")
        }
        return isSatisfied
    }

    mutating func hasAdditional(
        _ node: Int,
        besides known: Set<String>,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value else { return true }
        let isForbidden = nodes[node].isNever
        var isSatisfied = true
        for member in object {
            guard spend(1) else { return false }
            guard !known.contains(member.key) else { continue }
            let place = pointer.appending(member.key)
            if isForbidden {
                isSatisfied = fail("additionalProperties", place, Self.unknown(member.key, known))
            } else if !satisfies(node, member.value, place) {
                isSatisfied = false
            }
        }
        return isSatisfied
    }

    private static func unknown(_ name: String, _ known: Set<String>) -> String {
        let hint = Spelling.nearest(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
        return "is not a property that the schema knows" + hint
    }
}
