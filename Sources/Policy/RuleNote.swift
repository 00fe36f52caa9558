public import JSON
public import Model

/// A rule's part in one decision, as its explanation tells of it; made by the evaluation itself.
public struct RuleNote: Sendable, Hashable {
    /// The most permits of one closed gate that are told of.
    public static let missCountMax = 20

    /// What part it has.
    public enum Part: Sendable, Hashable {
        /// A forbid that denies.
        case forbids
        /// A permit that admits.
        case admits
        /// A permit that nearly did.
        indirect case misses(RuleMiss)
        /// It could not be judged: a forbid that so denies, or a permit that does not count.
        case errs(AttributeError)
    }

    /// What a reader of explanations may see.
    public struct Audience: Sendable {
        /// Whether it sees the platform's rules: a tenant sees its own only.
        public let seesPlatform: Bool
        /// Whether it sees the values of stored attributes.
        public let seesAttributes: Bool

        /// An audience.
        public init(seesPlatform: Bool, seesAttributes: Bool) {
            (self.seesPlatform, self.seesAttributes) = (seesPlatform, seesAttributes)
        }

        /// Who sees everything: the platform.
        public static let platform = Audience(seesPlatform: true, seesAttributes: true)
    }

    private enum Rule: Sendable, Hashable {
        case overCalls(PolicyRuleMatcher)
        case overAttributes(AttributeRule)
    }

    private let rule: Rule
    /// What part the rule has.
    public let part: Part

    init(_ rule: PolicyRuleMatcher, _ part: Part) {
        (self.rule, self.part) = (.overCalls(rule), part)
    }

    init(_ rule: AttributeRule, _ part: Part) {
        (self.rule, self.part) = (.overAttributes(rule), part)
    }

    /// The rule's id, unique within its level.
    public var id: PolicyID {
        switch rule {
        case .overCalls(let rule): rule.id
        case .overAttributes(let rule): rule.id
        }
    }

    var level: PolicyLevel {
        switch rule {
        case .overCalls(let rule): rule.level
        case .overAttributes(let rule): rule.level
        }
    }

    /// What the rule does.
    public var effect: PolicyRule.Effect {
        switch rule {
        case .overCalls(let rule): rule.effect
        case .overAttributes(let rule): rule.effect
        }
    }

    var ordinal: Int {
        switch rule {
        case .overCalls(let rule): rule.ordinal
        case .overAttributes: .max
        }
    }

    /// Whether the audience sees which rule it is.
    public func isSeen(by audience: Audience) -> Bool { level == .tenant || audience.seesPlatform }

    /// The note as an explanation lists it, told of a question that rules with attributes decided.
    func json(_ question: AttributeQuestion, for audience: Audience) -> JSONValue {
        json(for: audience) {
            switch rule {
            case .overCalls: [:]
            case .overAttributes(let rule):
                rule.matched(question.subject.type, question.action, question.resource.type)
            }
        }
    }

    /// The note as an explanation lists it, told of a call.
    public func json(
        _ call: PolicyCall,
        _ workflow: WorkflowName?,
        for audience: Audience
    ) -> JSONValue {
        json(for: audience) {
            switch rule {
            case .overCalls(let rule): rule.matched(call, workflow)
            case .overAttributes(let rule):
                rule.matched(
                    CallConditions.subjectType,
                    call.offer.operation.text,
                    CallConditions.resourceType
                )
            }
        }
    }

    /// Which rule it is, without its part; of one that the audience may not see its level and
    /// effect alone.
    public func name(for audience: Audience) -> JSONObject {
        [
            "ruleId": isSeen(by: audience) ? .string(id.text) : .null,
            "source": .string(level.rawValue), "effect": .string(effect.rawValue),
        ]
    }

    /// Which rule, and its part; of a rule that the audience may not see its name alone.
    private func json(for audience: Audience, matched: () -> JSONObject) -> JSONValue {
        var object = name(for: audience)
        guard isSeen(by: audience) else { return .object(object) }
        switch part {
        case .forbids, .admits: object["matched"] = .object(matched())
        case .misses(let miss):
            object["failed"] = .string(miss.failed)
            guard audience.seesAttributes || !miss.isOfAttributes else { break }
            object["expected"] = miss.expected
            object["actual"] = miss.actual
        case .errs(let error):
            object["pointer"] = .string(error.pointer)
            object["reason"] = .string(error.reason.rawValue)
        }
        return .object(object)
    }
}

/// What kept a permit from admitting.
public struct RuleMiss: Sendable, Hashable {
    /// The longest value that is told of, in bytes as JSON.
    private static let valueByteCountMax = 512

    /// The list or the condition that did not match, by its place in the rule.
    let failed: String
    /// What it wants; nil for what is too long to tell.
    let expected: JSONValue?
    /// What there was.
    let actual: JSONValue
    /// Whether it tells of attributes, which not everybody may read.
    let isOfAttributes: Bool

    /// A permit whose workflows do not have this one.
    init(_ rule: PolicyRuleMatcher, _ workflow: WorkflowName) {
        let patterns = rule.match.workflows.prefix(RuleNote.missCountMax)
        failed = "/match/workflows"
        expected = .array(patterns.map { .string($0.text) })
        actual = .string(workflow.text)
        isOfAttributes = false
    }

    /// A permit whose condition failed, or whose exception held.
    init(_ condition: Condition, _ question: AttributeQuestion) {
        let isUnless = condition.pointer == "/unless"
        failed = condition.pointer
        let wanted = condition.comparison.flatMap(Self.brief)
        // Of what must not hold the contrary was wanted.
        expected = isUnless ? wanted.map { ["not": $0] } : wanted
        var values: JSONObject = [:]
        for path in condition.attributes {
            values[path.text] = question.value(path).map { Self.brief($0) ?? "too long" } ?? .null
        }
        actual = .object(values)
        isOfAttributes = true
    }

    private static func brief(_ value: JSONValue) -> JSONValue? {
        value.serialized().count <= valueByteCountMax ? value : nil
    }
}
