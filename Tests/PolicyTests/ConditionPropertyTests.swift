import JSON
import Model
import Policy
import Testing

/// Rules by chance, against a second reading of the language that shares nothing with the first.
@Suite struct ConditionPropertyTests {
    /// Judges the JSON of a rule as the documentation says it: true, false, or nil for an error.
    private struct Reference {
        let question: JSONValue

        private func value(_ operand: JSONValue) -> JSONValue? {
            guard let path = operand["attr"]?.string else { return operand }
            return path.split(separator: ".")
                .reduce(Optional(question)) { $0?.object?[String($1)] }
        }

        func judge(_ condition: JSONValue) -> Bool? {
            guard let member = condition.object?.members.first else { return nil }
            let items = member.value.array ?? []
            switch member.key {
            case "and":
                for item in items {
                    guard let holds = judge(item) else { return nil }
                    if !holds { return false }
                }
                return true
            case "or":
                for item in items {
                    guard let holds = judge(item) else { return nil }
                    if holds { return true }
                }
                return false
            case "not": return judge(member.value).map { !$0 }
            case "exists": return value(member.value) != nil
            default: break
            }
            guard let left = value(items[0]), let right = value(items[1]) else { return nil }
            switch member.key {
            case "eq": return left == right
            case "ne": return left != right
            case "in": return right.array?.contains(left)
            case "contains":
                if let list = left.array { return list.contains(right) }
                guard let text = left.string, let part = right.string else { return nil }
                return part.isEmpty || text.contains(part)
            case "startsWith":
                guard let text = left.string, let start = right.string else { return nil }
                return text.hasPrefix(start)
            default: return order(member.key, left, right)
            }
        }

        private func order(_ name: String, _ left: JSONValue, _ right: JSONValue) -> Bool? {
            if let left = left.string, let right = right.string { return holds(name, left, right) }
            guard let left = left.integer, let right = right.integer else { return nil }
            return holds(name, left, right)
        }

        private func holds<T: Comparable>(_ name: String, _ left: T, _ right: T) -> Bool {
            switch name {
            case "lt": left < right
            case "le": left <= right
            case "gt": left > right
            default: left >= right
            }
        }

        /// Whether a rule applies; nil when it errs.
        func applies(_ rule: JSONValue) -> Bool? {
            if let when = rule["when"] {
                guard let holds = judge(when) else { return nil }
                if !holds { return false }
            }
            return rule["unless"].map { judge($0).map { !$0 } } ?? true
        }
    }

    private struct Maker {
        var random: SeededRandom

        mutating func pick<T>(_ values: [T]) -> T {
            values[Int.random(in: 0..<values.count, using: &random)]
        }

        mutating func value() -> JSONValue {
            pick(["a", "ab", "b", "", 1, 2, -1, true, false, nil, ["a", 1], [], ["ab"]])
        }

        mutating func path() -> JSONValue {
            let part = pick(["subject", "resource", "action", "context"])
            return ["attr": .string("\(part).\(pick(["x", "y", "z", "z.w"]))")]
        }

        mutating func condition(_ depth: Int) -> JSONValue {
            if depth > 0, Int.random(in: 0..<3, using: &random) > 0 {
                let count = Int.random(in: 1...3, using: &random)
                switch pick(["and", "or", "not"]) {
                case "not": return ["not": condition(depth - 1)]
                case let name:
                    var items: [JSONValue] = []
                    for _ in 0..<count { items.append(condition(depth - 1)) }
                    return .object([name: .array(items)])
                }
            }
            let names = [
                "eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "startsWith", "exists",
            ]
            let name = pick(names)
            if name == "exists" { return ["exists": path()] }
            let other = pick([true, false]) ? path() : value()
            let operands = pick([true, false]) ? [path(), other] : [other, path()]
            return .object([name: .array(operands)])
        }

        mutating func object() -> JSONObject {
            var object: JSONObject = [:]
            for name in ["x", "y", "z"] where pick([true, true, false]) { object[name] = value() }
            if pick([true, false]) { object["z"] = ["w": value()] }
            return object
        }

        mutating func rule(_ id: String) -> JSONValue {
            var rule: JSONObject = [
                "id": .string(id), "effect": pick(["permit", "permit", "forbid"]),
                "match": pick([
                    ["actions": []], ["resourceTypes": ["record"]], ["resourceTypes": ["r*"]],
                ]),
            ]
            if pick([true, true, false]) { rule["when"] = condition(3) }
            if pick([true, false, false]) { rule["unless"] = condition(2) }
            return .object(rule)
        }
    }

    @Test(arguments: 1...20)
    func `rules decide as the reference does, explained or not`(_ seed: UInt64) throws {
        var maker = Maker(random: SeededRandom(seed: seed))
        var outcomes: [Bool: Int] = [:]
        for _ in 0..<200 {
            var rules: [JSONValue] = []
            for number in 0..<Int.random(in: 0...5, using: &maker.random) {
                rules.append(maker.rule("r\(number)"))
            }
            let parts = [maker.object(), maker.object(), maker.object(), maker.object()]
            let decision = try decide(rules, parts)
            let reference = Reference(question: [
                "subject": .object(parts[0]), "action": .object(parts[1]),
                "resource": .object(parts[2]), "context": .object(parts[3]),
            ])
            let verdicts = rules.map { ($0["effect"]?.string, reference.applies($0)) }
            let isForbidden = verdicts.contains { $0.0 == "forbid" && $0.1 != false }
            let isPermitted = verdicts.contains { $0.0 == "permit" && $0.1 == true }
            #expect(decision == (isPermitted && !isForbidden), "seed \(seed): \(rules) \(parts)")
            outcomes[decision, default: 0] += 1
        }
        #expect(outcomes[true, default: 0] > 10 && outcomes[false, default: 0] > 10)
    }

    private func decide(_ rules: [JSONValue], _ parts: [JSONObject]) throws -> Bool {
        let rules = try rules.map { try PolicyRule($0, id: nil) }
        let half = rules.count / 2
        let policies = AttributePolicies(
            platform: AttributeRules(Array(rules[..<half]), .platform),
            tenant: AttributeRules(Array(rules[half...]), .tenant)
        )
        let question = AttributeQuestion(
            subject: AttributeQuestion.Party(type: "user", id: "u", stored: parts[0], told: [:]),
            action: "read",
            actionProperties: parts[1],
            resource: AttributeQuestion.Party(
                type: "record",
                id: "r",
                stored: [:],
                told: parts[2]
            ),
            context: parts[3]
        )
        let quick = policies.decide(question, explains: false)
        let whole = policies.decide(question, explains: true)
        #expect(quick.isAllowed == whole.isAllowed)
        let explanation = whole.explanation(of: question, for: .platform)
        #expect(explanation["decision"] == .bool(quick.isAllowed))
        // An allowed question has a permit to show, and no forbid.
        let effects = (explanation["determining"]?.array ?? []).map { $0["effect"] }
        if quick.isAllowed { #expect(!effects.isEmpty && effects.allSatisfy { $0 == "permit" }) }
        return quick.isAllowed
    }
}

/// Chance that is the same for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
