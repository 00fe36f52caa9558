import JSON

extension SchemaChecker {
    mutating func satisfiesAll(
        _ nodes: [Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        var isSatisfied = true
        for node in nodes where !satisfies(node, value, pointer) { isSatisfied = false }
        return isSatisfied
    }

    mutating func satisfiesAny(
        _ nodes: [Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        for node in nodes where wouldSatisfy(node, value, pointer) { return true }
        return failAlternatives("anyOf", nodes, value, pointer)
    }

    mutating func satisfiesOne(
        _ nodes: [Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        var matchCount = 0
        for node in nodes where wouldSatisfy(node, value, pointer) {
            matchCount += 1
            // A part of a value may match several alternatives until its other members come.
            if isPartial, value.mayGain { return true }
            guard matchCount < 2 else {
                let detail = "must match exactly one of the alternatives, and matches several"
                return fail("oneOf", pointer, detail)
            }
        }
        guard matchCount == 0 else { return true }
        return failAlternatives("oneOf", nodes, value, pointer)
    }

    /// A single alternative says itself what is wrong; of several none is the one meant.
    private mutating func failAlternatives(
        _ keyword: String,
        _ nodes: [Int],
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        if nodes.count == 1 { return satisfies(nodes[0], value, pointer) }
        return fail(keyword, pointer, "must match one of the \(nodes.count) alternatives")
    }

    mutating func satisfiesNot(
        _ node: Int,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        if isPartial, value.mayGain { return true }
        guard wouldSatisfy(node, value, pointer) else { return true }
        return fail("not", pointer, "must not match what the schema excludes")
    }
}

extension JSONValue {
    /// Whether the value is, or holds, an object: only an object gains members later.
    fileprivate var mayGain: Bool {
        switch self {
        case .object: true
        case .array(let items): items.contains { $0.mayGain }
        default: false
        }
    }
}
