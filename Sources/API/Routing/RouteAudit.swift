import Audit
import JSON

/// What a route leaves in the audit trail when it answers what it was asked for.
///
/// Every route says so: there is no default, so that a new route without it does not compile. What is
/// refused on the way to its command leaves records of its own (`APIHandler+Refused`), whatever the
/// route: who was not let in (`auth`), and what was not allowed (`decision`).
enum RouteAudit: Sendable, Equatable {
    /// One record or more of this kind, durable before the answer: with one of these actions.
    case records(AuditKind, [String])
    /// Records as the setting `decisions.log` says; denials in any case.
    case decisions([String])
    /// Nothing, for this reason.
    case nothing(Reason)

    /// Why a route leaves no record.
    enum Reason: String, Sendable, CaseIterable {
        /// It shows what is there; the access log tells who has asked.
        case reads
        /// It computes what would be, and changes nothing.
        case computes
        /// Anybody may ask for it, and it tells nothing of a tenant.
        case open
    }

    /// A change that is recorded under this action.
    static func change(_ actions: String...) -> RouteAudit { .records(.change, actions) }

    /// The declaration as the OpenAPI document tells it.
    var json: JSONValue {
        switch self {
        case .records(let kind, let actions):
            [
                "kind": .string(kind.rawValue),
                "actions": .array(actions.map { .string($0) }),
            ]
        case .decisions(let actions):
            [
                "kind": .string(AuditKind.decision.rawValue),
                "actions": .array(actions.map { .string($0) }), "setting": "decisions.log",
            ]
        case .nothing(let reason): ["kind": .null, "reason": .string(reason.rawValue)]
        }
    }
}
