public import JSON
public import Model
public import Policy

extension Resolution {
    /// What `explain` answers, without the decision's id and revision (API section 5), to one who
    /// may see all of it.
    public var explanation: JSONValue {
        .object(explanation(for: .platform))
    }

    /// What `explain` answers to an audience, of the first candidates and the first policies, as
    /// many of each at most; `candidateCount` says how many candidates there are when not all of
    /// them are there.
    public func explanation(
        for audience: RuleNote.Audience,
        candidateCountMax: Int = .max
    ) -> JSONObject {
        let told = DecisionExplanation(self, for: audience)
        var object: JSONObject = [
            "allowed": .bool(isAllowed),
            "winner": winner.map {
                .object([
                    "slotId": .string($0.slot.text), "connectionId": .string($0.connectionID.text),
                ])
            } ?? .null,
            "candidates": .array(candidates.prefix(candidateCountMax).map(\.json)),
            "policies": .array(
                policies(for: audience).prefix(candidateCountMax).map { .string($0.text) }
            ),
            "decision": .bool(told.isAllowed), "determining": .array(told.determining),
            "nearMisses": .array(told.nearMisses), "errors": .array(told.errors),
        ]
        if candidates.count > candidateCountMax {
            object["candidateCount"] = .integer(Int64(candidates.count))
        }
        return object
    }

    /// The forbids that matched a candidate and the permits that admitted one, by id.
    public var policies: [PolicyID] { policies(for: .platform) }

    /// The forbids that matched a candidate and the permits that admitted one, by id, as the
    /// audience may see them.
    public func policies(for audience: RuleNote.Audience) -> [PolicyID] {
        var ids: Set<PolicyID> = []
        for candidate in candidates {
            for note in candidate.notes where note.isSeen(by: audience) {
                if note.part == .forbids || note.part == .admits { ids.insert(note.id) }
            }
        }
        return ids.sorted()
    }
}

extension Candidate {
    /// The candidate as `explain` tells of it.
    public var json: JSONValue {
        .object([
            "slotId": .string(slot.text), "connectionId": .string(connectionID.text),
            "binding": .integer(Int64(bindingIndex)), "outcome": .string(outcome.rawValue),
            "reasons": .array(reasons.map { .string($0.rawValue) }),
        ])
    }
}
