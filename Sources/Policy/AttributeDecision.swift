public import JSON
import Model

/// What the attribute rules decided, and which of them; made by the evaluation itself.
public struct AttributeDecision: Sendable {
    /// The most rules told of in one list of an explanation.
    public static let ruleCountMax = 20

    /// A rule's part in a decision.
    struct Part: Sendable {
        let rule: AttributeRule
        var members: JSONObject = [:]
    }

    private var forbids: [Part] = []
    private var permits: [Part] = []
    private var nearMisses: [Part] = []
    private var errors: [Part] = []
    private var isForbidden = false
    private var isPermitted = false
    /// What deciding cost, in steps.
    public internal(set) var stepCount = 0

    init() {}

    /// Whether a permit applies and no forbid does.
    public var isAllowed: Bool { isPermitted && !isForbidden }

    /// Whether no later rule can change the decision, forbids coming first.
    func isSettled(by rule: AttributeRule) -> Bool {
        rule.effect == .forbid ? isForbidden : isPermitted || isForbidden
    }

    /// Whether a forbid, or a permit after all forbids, has settled it.
    var isSettled: Bool { isForbidden || isPermitted }

    mutating func note(_ rule: AttributeRule, _ outcome: AttributeRule.Outcome) {
        switch outcome {
        case .applies:
            switch rule.effect {
            case .forbid:
                isForbidden = true
                Self.append(Part(rule: rule), to: &forbids)
            case .permit:
                isPermitted = true
                Self.append(Part(rule: rule), to: &permits)
            }
        case .fails(let place):
            guard rule.effect == .permit else { return }
            let members: JSONObject = ["failed": .string(place)]
            Self.append(Part(rule: rule, members: members), to: &nearMisses)
        case .errs(let error):
            if rule.effect == .forbid { isForbidden = true }
            let members: JSONObject = [
                "pointer": .string(error.pointer), "reason": .string(error.reason.rawValue),
            ]
            Self.append(Part(rule: rule, members: members), to: &errors)
        }
    }

    private static func append(_ part: Part, to parts: inout [Part]) {
        if parts.count < ruleCountMax { parts.append(part) }
    }

    /// Why: the rules that decided, the permits that nearly did, and those that erred.
    ///
    /// Ids and places of the platform's rules are told to the platform alone.
    public func explanation(tellsPlatform: Bool) -> JSONObject {
        let determining = isForbidden ? forbids : permits
        func list(_ parts: [Part]) -> JSONValue {
            .array(parts.map { .object(Self.json($0, tellsPlatform)) })
        }
        return [
            "decision": .bool(isAllowed),
            "determining": list(determining + (isForbidden ? erringForbids : [])),
            "nearMisses": list(isAllowed ? [] : nearMisses), "errors": list(errors),
        ]
    }

    /// Forbids that deny because they could not be judged.
    private var erringForbids: [Part] {
        errors.filter { $0.rule.effect == .forbid }.map { Part(rule: $0.rule) }
    }

    private static func json(_ part: Part, _ tellsPlatform: Bool) -> JSONObject {
        let isOwn = part.rule.level == .tenant || tellsPlatform
        var object: JSONObject = [
            "ruleId": isOwn ? .string(part.rule.id.text) : .null,
            "source": part.rule.level == .tenant ? "tenant" : "platform",
            "effect": .string(part.rule.effect.rawValue),
        ]
        if isOwn { for member in part.members { object[member.key] = member.value } }
        return object
    }
}
