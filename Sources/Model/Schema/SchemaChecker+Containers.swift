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
        _ nodes: [ExactText: Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value else { return true }
        var isSatisfied = true
        for member in object {
            guard spend(1) else { return false }
            guard let node = nodes[ExactText(member.key)] else { continue }
            let place = pointer.appending(member.key)
            if !satisfies(node, member.value, place) { isSatisfied = false }
        }
        return isSatisfied
    }

    mutating func hasRequired(
        _ names: [ExactText],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value, !isPartial else { return true }
        guard spend(names.count) else { return false }
        var isSatisfied = true
        for name in names where !object.containsExactly(name) {
            isSatisfied = fail("required", pointer.appending(name.text), "is required")
        }
        return isSatisfied
    }

    mutating func hasAdditional(
        _ node: Int,
        besides known: Set<ExactText>,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .object(let object) = value else { return true }
        let isForbidden = nodes[node].isNever
        var isSatisfied = true
        for member in object {
            guard spend(1) else { return false }
            guard !known.contains(ExactText(member.key)) else { continue }
            let place = pointer.appending(member.key)
            if isForbidden {
                isSatisfied = fail("additionalProperties", place, Self.unknown(member.key, known))
            } else if !satisfies(node, member.value, place) {
                isSatisfied = false
            }
        }
        return isSatisfied
    }

    private static func unknown(_ name: String, _ known: Set<ExactText>) -> String {
        let nearest = Spelling.nearest(to: name, in: known.map(\.text))
        let hint = nearest.map { "; did you mean \($0)?" } ?? ""
        return "is not a property that the schema knows" + hint
    }
}

extension JSONObject {
    /// Whether there is a member of just this name; an object itself takes two names for one that
    /// Unicode holds equivalent, and has them once.
    fileprivate func containsExactly(_ name: ExactText) -> Bool {
        guard contains(name.text) else { return false }
        guard !name.isASCII else { return true }
        return contains { ExactText($0.key) == name }
    }
}
