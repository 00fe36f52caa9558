public import Audit
public import JSON
public import Model

/// What a provider answered to a call that succeeded.
public struct CallResult: Sendable {
    /// What was asked for.
    public let capability: CapabilityKey
    /// The operation that served it.
    public let operation: OperationID
    /// The account that served it.
    public let connection: ConnectionID
    /// The provider's answer: its JSON; a text as a string; `null` for nothing.
    public internal(set) var output: JSONValue
    /// The provider's status, 200 to 299.
    public let providerStatus: Int
    /// The provider's own id of the request.
    public let providerRequestID: String?
    /// How often the provider was called.
    public internal(set) var attempts: Int
    /// How long it took, all attempts and waits included.
    public internal(set) var latency: Duration
    /// The id of the audit record; nil when the record could not be written and need not be.
    public let auditID: String?
    /// The connections that would have served if they could.
    public let passedOver: [AuditPassedOver]
    /// Where the output is not what the operation's schema says; empty mostly.
    public let warnings: [Issue]
    /// The items and what follows, of an operation that answers in pages.
    let page: PageStep.Page
    /// What was read, when pages were asked for.
    var pages: PageWalk.Report?

    /// The result as the API writes it (API section 7).
    public var json: JSONValue {
        var provider: JSONObject = ["status": .integer(Int64(providerStatus))]
        provider["requestId"] = providerRequestID.map { .string($0) }
        var object: JSONObject = [
            "capability": .string(capability.text), "operation": .string(operation.text),
            "connectionId": .string(connection.text), "output": output,
            "provider": .object(provider), "attempts": .integer(Int64(attempts)),
            "latencyMs": latency.millisecondsJSON,
        ]
        object["auditId"] = auditID.map { .string($0) } ?? .null
        if !passedOver.isEmpty { object["passedOver"] = .array(passedOver.map(\.json)) }
        if let pages { object["pages"] = pages.json }
        if !warnings.isEmpty { object["warnings"] = .array(warnings.map(\.json)) }
        return .object(object)
    }
}

extension Duration {
    /// Milliseconds with their fraction.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }

    /// Milliseconds, to the microsecond.
    var millisecondsJSON: JSONValue {
        JSONDecimal((milliseconds * 1000).rounded() / 1000).map { .decimal($0) } ?? .null
    }

    /// Whole seconds, rounded up, at least one: what a `Retry-After` says.
    var retrySeconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
