import Audit
import JSON
import Model
import Policy

/// Shows audit records to a caller.
struct AuditReading {
    private let maySeeBodies: Bool
    private let maySeePlatform: Bool

    init(_ scope: OwnerScope, _ caller: Caller) {
        let decision = Authorization.decide(
            credential: caller.credential,
            action: .auditReadBodies,
            tenant: scope.tenant,
            environment: nil
        )
        maySeeBodies = decision == .allowed
        maySeePlatform = caller.credential.tenant == nil
    }

    /// The record, without bodies where the caller may not see them, and without the platform's
    /// rules for a tenant.
    func show(_ record: AuditRecord) -> JSONValue {
        guard !maySeeBodies || !maySeePlatform else { return record.json }
        var object = record.document
        if !maySeePlatform { Self.hidePlatform(in: &object) }
        guard !maySeeBodies else { return .object(object) }
        if object["question"] != nil { object["question"] = JSONValue.null }
        for side in ["request", "response"] {
            guard var message = object[side]?.object else { continue }
            message["body"] = JSONValue.null
            object[side] = .object(message)
        }
        for side in ["before", "after"] where object[side] != nil { object[side] = JSONValue.null }
        return .object(object)
    }

    /// Leaves of the platform's rules their effect.
    private static func hidePlatform(in object: inout JSONObject) {
        guard var decision = object["decision"]?.object else { return }
        if let hidden = decision["platformPolicies"]?.array {
            let policies = decision["policies"]?.array ?? []
            decision["policies"] = .array(policies.filter { !hidden.contains($0) })
            decision["platformPolicies"] = nil
        }
        for list in ["determining", "nearMisses", "errors"] {
            guard let notes = decision[list]?.array else { continue }
            decision[list] = .array(notes.map(hidePlatform))
        }
        object["decision"] = .object(decision)
    }

    private static func hidePlatform(_ note: JSONValue) -> JSONValue {
        guard note["source"] == "platform" else { return note }
        return ["ruleId": .null, "source": "platform", "effect": note["effect"] ?? .null]
    }
}

extension CommandError {
    /// What an audit trail that fails means to a client.
    init(_ error: AuditError) {
        let (detail, seconds) =
            switch error.code {
            case .overloaded: ("Too many audit records wait to be written.", 1)
            case .starting: ("That part of the audit trail is being read since the start.", 5)
            default: ("The audit trail can't be used.", 30)
            }
        self.init(.unavailable, "AUDIT_UNAVAILABLE", detail, retryAfterSeconds: seconds)
    }
}
