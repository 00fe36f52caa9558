public import JSON

/// What the PDP said, and why.
public struct AuditDecision: Sendable, Hashable {
    /// Whether it was allowed.
    public let isAllowed: Bool
    /// The codes of the reasons.
    public let reasons: [String]
    /// The ids of the policy rules that counted.
    public let policies: [String]
    /// The decision's id, by which its answer names it; nil for one that has none.
    public var id: String?
    /// Those of `policies` that are the platform's, which a tenant is not told.
    public var platformPolicies: [String] = []
    /// Why: the members `determining`, `nearMisses` and `errors` of its explanation, as the
    /// platform sees them.
    public var explanation: JSONObject = [:]

    /// A decision.
    public init(isAllowed: Bool, reasons: [String] = [], policies: [String] = []) {
        self.isAllowed = isAllowed
        self.reasons = reasons
        self.policies = policies
    }

    /// The decision as the API writes it.
    public var json: JSONValue {
        var object: JSONObject = [
            "allowed": .bool(isAllowed),
            "reasons": .array(reasons.map { .string($0) }),
            "policies": .array(policies.map { .string($0) }),
        ]
        object["id"] = id.map { .string($0) }
        if !platformPolicies.isEmpty {
            object["platformPolicies"] = .array(platformPolicies.map { .string($0) })
        }
        for name in ["determining", "nearMisses", "errors"] {
            object[name] = explanation[name].map(AuditRedaction.formats.value)
        }
        return .object(object)
    }
}

/// A connection that would have served if it could (API section 10).
public struct AuditPassedOver: Sendable, Hashable {
    /// The connection.
    public let connectionID: String
    /// The code of the reason, such as `CIRCUIT_OPEN`.
    public let reason: String

    /// A connection passed over.
    public init(connectionID: String, reason: String) {
        self.connectionID = connectionID
        self.reason = reason
    }

    /// It as the API writes it.
    public var json: JSONValue {
        ["connectionId": .string(connectionID), "reason": .string(reason)]
    }
}

/// Why it did not succeed.
public struct AuditFailure: Sendable, Hashable {
    /// The stable code, such as `PROVIDER_TIMEOUT`.
    public let code: String
    /// What happened, in words without secrets.
    public let detail: String

    /// A failure.
    public init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The failure as the API writes it.
    public var json: JSONValue { ["code": .string(code), "detail": .string(detail)] }
}
