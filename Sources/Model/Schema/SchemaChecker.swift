public import JSON

extension Schema {
    /// Every way in which `value`, which stands at `pointer`, breaks this schema; at most
    /// `violationCountMax`.
    ///
    /// - Parameters:
    ///   - value: The instance.
    ///   - pointer: Where it stands in the caller's document; violations point from there.
    ///   - ignoringRequired: Whether the value is a part of what will be checked whole later: no
    ///     member counts as missing, and what more members could still mend (`minProperties`,
    ///     `not`, a second match of `oneOf`) is let be.
    /// - Returns: The violations, in the order found; empty when the value is valid.
    public func check(
        _ value: JSONValue,
        at pointer: JSONPointer = .root,
        ignoringRequired: Bool = false
    ) -> [SchemaViolation] {
        var checker = SchemaChecker(nodes: nodes, isPartial: ignoringRequired)
        _ = checker.satisfies(0, value, pointer)
        return checker.finished(at: pointer)
    }
}

/// One check of one value.
///
/// Alternatives are tried silently: they record nothing and stop at the first failure. When the
/// budget is gone every answer is arbitrary, and `finished` adds the violation that says so.
struct SchemaChecker {
    /// The deepest recursion: schemas applied to a value and to what is in it.
    static let depthMax = 512

    let nodes: [SchemaNode]
    let isPartial: Bool
    private var violations: [SchemaViolation] = []
    private var isSilent = false
    private var stepsLeft = Schema.stepCountMax
    private var depth = 0

    init(nodes: [SchemaNode], isPartial: Bool) {
        self.nodes = nodes
        self.isPartial = isPartial
    }

    /// The violations found, and one more when the check was given up.
    func finished(at pointer: JSONPointer) -> [SchemaViolation] {
        guard stepsLeft < 0 else { return violations }
        let detail = "the value is too large or too deep to be checked against this schema"
        let limit = SchemaViolation(pointer: pointer, keyword: "limit", detail: detail)
        return violations.prefix(Schema.violationCountMax - 1) + [limit]
    }

    /// Whether to go on: there is budget, and something that a further violation would change.
    private var isOpen: Bool {
        stepsLeft >= 0 && (isSilent || violations.count < Schema.violationCountMax)
    }

    /// Whether the schema `node` holds for `value`.
    mutating func satisfies(_ node: Int, _ value: JSONValue, _ pointer: JSONPointer) -> Bool {
        guard depth < Self.depthMax else {
            stepsLeft = -1
            return false
        }
        depth += 1
        defer { depth -= 1 }
        var isSatisfied = true
        for assertion in nodes[node].assertions {
            guard spend(1), isOpen else { return false }
            if !holds(assertion, value, pointer) { isSatisfied = false }
            if isSilent, !isSatisfied { return false }
        }
        return isSatisfied
    }

    /// Takes steps from the budget; answers whether there is some left.
    mutating func spend(_ stepCount: Int) -> Bool {
        guard stepsLeft >= 0 else { return false }
        stepsLeft -= stepCount
        return stepsLeft >= 0
    }

    /// Calls `body` with the budget, which `body` lowers.
    mutating func withBudget<R>(_ body: (inout Int) -> R) -> R { body(&stepsLeft) }

    /// Records a violation unless alternatives are being tried; answers false.
    mutating func fail(
        _ keyword: String,
        _ pointer: JSONPointer,
        _ detail: @autoclosure () -> String
    ) -> Bool {
        if !isSilent, violations.count < Schema.violationCountMax {
            let violation = SchemaViolation(pointer: pointer, keyword: keyword, detail: detail())
            violations.append(violation)
        }
        return false
    }

    /// Whether the schema `node` holds for `value`, without a word.
    mutating func wouldSatisfy(_ node: Int, _ value: JSONValue, _ pointer: JSONPointer) -> Bool {
        let wasSilent = isSilent
        isSilent = true
        defer { isSilent = wasSilent }
        return satisfies(node, value, pointer)
    }

    private mutating func holds(
        _ assertion: SchemaAssertion,
        _ value: JSONValue,
        _ pointer: JSONPointer
    ) -> Bool {
        switch assertion {
        case .never: return fail("false", pointer, "nothing is allowed here")
        case .type(let types): return hasType(types, value, pointer)
        case .enumeration(let values, let words): return isOne(of: values, words, value, pointer)
        case .constant(let constant): return isConstant(constant, value, pointer)
        case .pattern(let pattern): return matches(pattern, value, pointer)
        case .format(let format): return hasFormat(format, value, pointer)
        case .count(let rule, let limit): return counts(rule, limit, value, pointer)
        case .range(let rule, let limit): return isInRange(rule, limit, value, pointer)
        case .properties(let nodes): return hasProperties(nodes, value, pointer)
        case .required(let names): return hasRequired(names, value, pointer)
        case .additionalProperties(let node, let known):
            return hasAdditional(node, besides: known, value, pointer)
        case .items(let node): return hasItems(node, value, pointer)
        case .all(let nodes): return satisfiesAll(nodes, value, pointer)
        case .any(let nodes): return satisfiesAny(nodes, value, pointer)
        case .one(let nodes): return satisfiesOne(nodes, value, pointer)
        case .not(let node): return satisfiesNot(node, value, pointer)
        case .reference(let node): return satisfies(node, value, pointer)
        }
    }
}
