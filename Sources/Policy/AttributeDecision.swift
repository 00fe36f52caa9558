public import JSON
import Model

/// What the attribute rules decided, and which of them; made by the evaluation itself.
public struct AttributeDecision: Sendable {
    /// The most rules told of in one list of an explanation.
    public static let ruleCountMax = 20

    private var forbids: [RuleNote] = []
    private var permits: [RuleNote] = []
    private var nearMisses: [RuleNote] = []
    private var errors: [RuleNote] = []
    /// Whether a forbid applies, or could not be judged.
    public private(set) var isForbidden = false
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

    mutating func note(
        _ rule: AttributeRule,
        _ outcome: AttributeRule.Outcome,
        _ question: AttributeQuestion,
        explains: Bool
    ) {
        switch (outcome, rule.effect) {
        case (.applies, .forbid):
            isForbidden = true
            Self.append(RuleNote(rule, .forbids), to: &forbids)
        case (.applies, .permit):
            isPermitted = true
            Self.append(RuleNote(rule, .admits), to: &permits)
        case (.fails, .forbid): break
        case (.fails(let condition), .permit):
            guard explains, nearMisses.count < Self.ruleCountMax else { return }
            nearMisses.append(RuleNote(rule, .misses(RuleMiss(condition, question))))
        case (.errs(let error), let effect):
            if effect == .forbid { isForbidden = true }
            Self.append(RuleNote(rule, .errs(error)), to: &errors)
        }
    }

    private static func append(_ note: RuleNote, to notes: inout [RuleNote]) {
        if notes.count < ruleCountMax { notes.append(note) }
    }

    /// Why: the rules that decided, the permits that nearly did, and those that erred.
    public func explanation(
        of question: AttributeQuestion,
        for audience: RuleNote.Audience
    ) -> JSONObject {
        // A forbid that could not be judged denies.
        let erring = errors.filter { $0.effect == .forbid }
        func list(_ notes: [RuleNote]) -> JSONValue {
            .array(notes.map { $0.json(question, for: audience) })
        }
        return [
            "decision": .bool(isAllowed),
            "determining": list(isForbidden ? forbids + erring : permits),
            "nearMisses": list(isAllowed ? [] : nearMisses), "errors": list(errors),
        ]
    }
}
