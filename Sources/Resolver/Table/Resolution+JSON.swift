public import JSON
import Model

extension Resolution {
    /// What `explain` answers, without the revision (API section 5).
    public var explanation: JSONValue { explanation(candidateCountMax: .max) }

    /// The same of the first candidates and the first policies, as many of each at most;
    /// `candidateCount` says how many candidates there are when not all of them are there.
    public func explanation(candidateCountMax: Int) -> JSONValue {
        var object: JSONObject = [
            "allowed": .bool(isAllowed),
            "winner": winner.map {
                .object([
                    "slotId": .string($0.slot.text), "connectionId": .string($0.connectionID.text),
                ])
            } ?? .null,
            "candidates": .array(candidates.prefix(candidateCountMax).map(\.json)),
            "policies": .array(policies.prefix(candidateCountMax).map { .string($0.text) }),
        ]
        if candidates.count > candidateCountMax {
            object["candidateCount"] = .integer(Int64(candidates.count))
        }
        return .object(object)
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
