import JSON

extension SchemaChecker {
    mutating func hasType(_ types: SchemaTypes, _ value: JSONValue, _ pointer: JSONPointer) -> Bool
    {
        if !types.isDisjoint(with: SchemaTypes(of: value)) { return true }
        return fail("type", pointer, "must be of the type \(types.words), not \(value.typeName)")
    }

    mutating func isOne(
        of values: Set<SchemaIdentity>,
        _ words: String,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard spend(cost(of: value)) else { return false }
        if values.contains(SchemaIdentity(value)) { return true }
        return fail("enum", pointer, words)
    }

    mutating func isConstant(
        _ constant: SchemaIdentity,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard spend(cost(of: value)) else { return false }
        if SchemaIdentity(value) == constant { return true }
        return fail("const", pointer, "must be the one value that the schema names")
    }

    mutating func matches(
        _ pattern: RegularExpression,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .string(let text) = value else { return true }
        if withBudget({ pattern.matches(text, budget: &$0) }) { return true }
        return fail("pattern", pointer, "must match \(pattern.words)")
    }

    mutating func hasFormat(
        _ format: SchemaFormat,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard case .string(let text) = value else { return true }
        guard spend(text.utf8.count / 16) else { return false }
        if format.matches(text) { return true }
        return fail("format", pointer, "must be \(format.words)")
    }

    mutating func isInRange(
        _ rule: SchemaRange,
        _ limit: JSONValue,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        guard let order = Self.order(value, limit) else { return true }
        if rule.allows(order: order) { return true }
        return fail(rule.rawValue, pointer, "\(rule.words) \(limit.serializedText)")
    }

    /// How two numbers stand to each other, or nil when one is none.
    private static func order(_ value: JSONValue, _ limit: JSONValue) -> Int? {
        if case (.integer(let value), .integer(let limit)) = (value, limit) {
            return value < limit ? -1 : value > limit ? 1 : 0
        }
        guard let value = ExactNumber(value), let limit = ExactNumber(limit) else { return nil }
        return value.order(to: limit)
    }

    /// What it takes to look at all of a value: its values, and its text by the line.
    ///
    /// Stops adding when the sum is over any budget.
    func cost(of value: JSONValue) -> Int {
        switch value {
        case .string(let text): return 1 + text.utf8.count / 16
        case .array(let items):
            var sum = 1
            for item in items where sum <= Schema.stepCountMax { sum += cost(of: item) }
            return sum
        case .object(let object):
            var sum = 1
            for member in object where sum <= Schema.stepCountMax {
                sum += 1 + member.key.utf8.count / 16 + cost(of: member.value)
            }
            return sum
        default: return 1
        }
    }
}
