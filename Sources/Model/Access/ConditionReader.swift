import JSON

/// Reads a condition, within its bounds; what is wrong goes to `issues` with its place.
struct ConditionReader {
    private let issues: IssueList
    private var nodeCount = 0
    private var isTooLarge = false

    init(issues: IssueList) { self.issues = issues }

    /// Reads the condition at `place`.
    mutating func read(_ json: JSONValue, at place: JSONPointer, depth: Int = 1) -> Condition {
        Condition(pointer: place.text, kind: kind(json, place, depth) ?? .unreadable)
    }

    private mutating func kind(
        _ json: JSONValue,
        _ place: JSONPointer,
        _ depth: Int
    ) -> Condition.Kind? {
        guard count(at: place) else { return nil }
        guard depth <= Condition.depthMax else {
            let detail = "is nested deeper than \(Condition.depthMax) conditions"
            issues.error(.limitExceeded, at: place, detail)
            return nil
        }
        guard let object = json.object else {
            issues.error(.wrongType, at: place, "must be an object, is \(json.typeName)")
            return nil
        }
        guard object.count == 1, let member = object.members.first else {
            issues.error(.invalidValue, at: place, "must have one member: the operator")
            return nil
        }
        guard !SecretScan.looksLikeSecret(member.key) else {
            let detail = "has a member whose name looks like a secret key"
            issues.error(.secretInConfig, at: place, detail)
            return nil
        }
        let place = place.appending(member.key)
        switch member.key {
        case "and": return conditions(member.value, place, depth).map { .all($0) }
        case "or": return conditions(member.value, place, depth).map { .any($0) }
        case "not": return .not(read(member.value, at: place, depth: depth + 1))
        case "exists": return attribute(member.value, place).map { .exists($0) }
        default:
            guard let comparison = Condition.Comparison(rawValue: member.key) else {
                unknownOperator(member.key, place)
                return nil
            }
            return operands(member.value, place).map { .compare(comparison, $0, $1) }
        }
    }

    private static let operators =
        ["and", "or", "not", "exists"] + Condition.Comparison.allCases.map(\.rawValue)

    private func unknownOperator(_ name: String, _ place: JSONPointer) {
        issues.error(
            .unknownField,
            at: place,
            "is no operator; there are \(Self.operators.joined(separator: ", "))",
            suggestion: Spelling.nearest(to: name, in: Set(Self.operators))
                .map { "did you mean \($0)?" }
        )
    }

    /// Counts a node; false, and one error, beyond the bound.
    private mutating func count(at place: JSONPointer) -> Bool {
        nodeCount += 1
        guard nodeCount > Condition.nodeCountMax else { return true }
        if !isTooLarge {
            let detail = "the condition has more than \(Condition.nodeCountMax) parts"
            issues.error(.limitExceeded, at: place, detail)
        }
        isTooLarge = true
        return false
    }

    private mutating func conditions(
        _ json: JSONValue,
        _ place: JSONPointer,
        _ depth: Int
    ) -> [Condition]? {
        guard let items = json.array, !items.isEmpty else {
            issues.error(.wrongType, at: place, "must be a list of conditions, at least one")
            return nil
        }
        var conditions: [Condition] = []
        for (index, item) in items.enumerated() where !isTooLarge {
            conditions.append(read(item, at: place.appending(index), depth: depth + 1))
        }
        return isTooLarge ? nil : conditions
    }

    private mutating func operands(
        _ json: JSONValue,
        _ place: JSONPointer
    ) -> (Condition.Operand, Condition.Operand)? {
        guard let items = json.array, items.count == 2 else {
            issues.error(.wrongType, at: place, "must be a list of two operands")
            return nil
        }
        let left = operand(items[0], place.appending(0))
        let right = operand(items[1], place.appending(1))
        guard let left, let right else { return nil }
        if case .literal = left, case .literal = right {
            issues.error(.invalidValue, at: place, "compares two constants: name an attribute")
        }
        return (left, right)
    }

    private mutating func operand(
        _ json: JSONValue,
        _ place: JSONPointer
    ) -> Condition.Operand? {
        guard count(at: place) else { return nil }
        switch json {
        case .object: return attribute(json, place).map { .attribute($0) }
        case .array(let items):
            guard items.count <= Condition.itemCountMax else {
                let detail = "must hold at most \(Condition.itemCountMax) items"
                issues.error(.limitExceeded, at: place, detail)
                return nil
            }
            for (index, item) in items.enumerated() {
                guard isScalar(item, place.appending(index)) else { return nil }
            }
            return .literal(json)
        default: return isScalar(json, place) ? .literal(json) : nil
        }
    }

    private func isScalar(_ json: JSONValue, _ place: JSONPointer) -> Bool {
        switch json {
        case .array, .object:
            issues.error(.wrongType, at: place, "must be a text, a number, true, false or null")
            return false
        case .string(let text) where text.utf8.count > Condition.textByteCountMax:
            let detail = "must be at most \(Condition.textByteCountMax) bytes long"
            issues.error(.limitExceeded, at: place, detail)
            return false
        default: return true
        }
    }

    /// `{"attr": "subject.department"}`.
    private func attribute(_ json: JSONValue, _ place: JSONPointer) -> AttributePath? {
        let reader = ObjectReader(json, at: place, issues: issues, members: ["attr"])
        guard json.object != nil else { return nil }
        reader.require("attr")
        guard let value = reader.value("attr") else { return nil }
        guard let path = value.string.flatMap(AttributePath.init) else {
            reader.error(.invalidValue, "attr", "must be \(AttributePath.words)")
            return nil
        }
        return path
    }
}
