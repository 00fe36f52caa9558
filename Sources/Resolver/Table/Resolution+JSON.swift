public import JSON
import Model

extension Resolution {
    /// What `explain` answers, without the revision (API section 5).
    public var explanation: JSONValue {
        .object([
            "allowed": .bool(isAllowed),
            "winner": winner.map {
                .object([
                    "slotId": .string($0.slot.text), "connectionId": .string($0.connectionID.text),
                ])
            } ?? .null,
            "candidates": .array(candidates.map(\.json)),
            "policies": .array(policies.map { .string($0.text) }),
        ])
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
