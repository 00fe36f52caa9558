public import JSON
import Model
public import Policy

/// Why a decision is what it is: the grants and rules that determined it, that nearly did, or
/// erred.
///
/// Told from the candidates of the decision itself; nothing is judged again.
public struct DecisionExplanation: Sendable {
    /// The most entries of one list.
    public static let entryCountMax = 20

    /// Whether it is permitted.
    public let isAllowed: Bool
    /// The grants and rules that determined it: of what is permitted the bindings that grant it and
    /// the permits that admit it, of what is not the forbids.
    public let determining: [JSONValue]
    /// Of what is not permitted, the bindings and permits that nearly did, the nearest first.
    public let nearMisses: [JSONValue]
    /// The rules that could not be judged.
    public let errors: [JSONValue]

    /// The explanation of a decision, as the audience may see it.
    public init(_ resolution: Resolution, for audience: RuleNote.Audience) {
        let isAllowed = resolution.isAllowed
        self.isAllowed = isAllowed
        var told = ToldNotes(audience, resolution.workflow)
        for candidate in resolution.candidates where candidate.isPermitted || !isAllowed {
            told.tell(candidate, isAllowed: isAllowed)
        }
        determining = told.determining
        errors = told.errors + (resolution.isSpent ? [Self.spent] : [])
        guard !isAllowed else {
            nearMisses = []
            return
        }
        let near = resolution.candidates.filter(\.isDroppedByItself)
            .sorted { $0.ownReasons.count < $1.ownReasons.count }
            .prefix(Self.entryCountMax)
            .map { GrantNote($0, resolution.workflow).missJSON }
        nearMisses = Array((told.nearMisses + near).prefix(Self.entryCountMax))
    }

    /// What is told when the conditions on a call could not all be judged.
    private static let spent: JSONValue = [
        "ruleId": .null, "source": "tenant", "effect": "forbid", "reason": "WORK_EXCEEDED",
    ]

    /// The lists, as members of an answer.
    public var members: JSONObject {
        [
            "decision": .bool(isAllowed), "determining": .array(determining),
            "nearMisses": .array(nearMisses), "errors": .array(errors),
        ]
    }
}

/// Notes told so far: a rule that has the same part in several candidates is told once.
private struct ToldNotes {
    let audience: RuleNote.Audience
    let workflow: WorkflowName?
    var determining: [JSONValue] = []
    var nearMisses: [JSONValue] = []
    var errors: [JSONValue] = []
    private var seen: Set<RuleNote> = []

    init(_ audience: RuleNote.Audience, _ workflow: WorkflowName?) {
        (self.audience, self.workflow) = (audience, workflow)
    }

    mutating func tell(_ candidate: Candidate, isAllowed: Bool) {
        if isAllowed {
            Self.append(GrantNote(candidate, workflow).json, to: &determining)
        }
        guard !candidate.notes.isEmpty, let call = candidate.call else { return }
        for note in candidate.notes where seen.insert(note).inserted {
            let json = note.json(call, workflow, for: audience)
            switch note.part {
            case .forbids: if !isAllowed { Self.append(json, to: &determining) }
            case .admits: if isAllowed { Self.append(json, to: &determining) }
            case .misses: if !isAllowed { Self.append(json, to: &nearMisses) }
            case .errs:
                Self.append(json, to: &errors)
                // A forbid that can't be judged denies.
                if note.effect == .forbid { Self.append(json, to: &determining) }
            }
        }
    }

    private static func append(_ json: JSONValue, to list: inout [JSONValue]) {
        if list.count < DecisionExplanation.entryCountMax { list.append(json) }
    }
}
