import Audit
public import JSON
public import Model

extension CallFailure.Reason {
    /// The stable code (API sections 7 and 10).
    public var code: String {
        switch self {
        case .invalidInput: "INVALID_INPUT"
        case .invalidConfig: Issue.Code.configSchemaViolation.rawValue
        case .requestNotSendable: "REQUEST_NOT_SENDABLE"
        case .secretUnavailable, .needsReauthorization: "SECRET_UNAVAILABLE"
        case .limited(.rate, _, _): "RATE_LIMITED"
        case .limited(.quota, _, _): "QUOTA_EXCEEDED"
        case .limited(.concurrency, _, _): "CONCURRENCY_LIMITED"
        case .limitsUnavailable: "LIMITS_UNAVAILABLE"
        case .circuitOpen: "CIRCUIT_OPEN"
        case .providerError: "PROVIDER_ERROR"
        case .providerTimeout: "PROVIDER_TIMEOUT"
        case .providerUnreachable: "PROVIDER_UNREACHABLE"
        case .addressRefused: "ADDRESS_REFUSED"
        case .overloaded: "OVERLOADED"
        case .callerGone: "CALLER_GONE"
        case .auditUnavailable: "AUDIT_UNAVAILABLE"
        }
    }

    /// The HTTP status of the answer to the caller.
    public var status: Int {
        switch self {
        case .invalidInput, .invalidConfig: 422
        case .limited: 429
        case .limitsUnavailable, .circuitOpen, .overloaded, .auditUnavailable, .callerGone: 503
        case .providerTimeout: 504
        case .requestNotSendable, .secretUnavailable, .needsReauthorization, .providerError,
            .providerUnreachable,
            .addressRefused:
            502
        }
    }

    /// After how many seconds it is worth trying again; nil when that says nothing.
    public var retryAfterSeconds: Int? {
        switch self {
        case .limited(_, _, let seconds), .circuitOpen(let seconds): seconds
        case .overloaded, .limitsUnavailable: 1
        default: nil
        }
    }

    /// How an open circuit breaker is called where a limit is named.
    public static let breakerName = "breaker"

    /// The limit that was reached; nil for a failure that is none's.
    public var limitName: String? {
        switch self {
        case .limited(_, let name, _): name
        case .overloaded(let limit): limit.rawValue
        case .circuitOpen: Self.breakerName
        default: nil
        }
    }

    /// The places of the input or the config that are wrong.
    public var issues: [Issue] {
        switch self {
        case .invalidInput(let issues), .invalidConfig(let issues): issues
        default: []
        }
    }

    /// What happened, in words; holds nothing of the secret.
    public var detail: String {
        switch self {
        case .invalidInput(let issues):
            "The input does not fit the operation: \(Self.words(issues))."
        case .invalidConfig(let issues):
            "The connection's config does not fit the operation: \(Self.words(issues))."
        case .requestNotSendable(let detail): "The provider's request cannot be sent: \(detail)."
        case .secretUnavailable(let detail): "The connection's secret cannot be used: \(detail)."
        case .needsReauthorization(let detail):
            "The connection has to be authorized again: \(detail)."
        case .limited(_, let name, let seconds):
            "The connection's limit \(name) is reached; try again in \(seconds) s."
        case .limitsUnavailable:
            "The connection's limits hold over all replicas, and their count cannot be reached."
        case .circuitOpen(let seconds):
            "The provider has failed too often; try again in \(seconds) s."
        case .providerError(let error):
            error.words
        case .providerTimeout: "The provider did not answer in time."
        case .providerUnreachable(let detail): "The provider cannot be reached: \(detail)."
        case .addressRefused(let detail): "The provider may not be called: \(detail)."
        case .overloaded(.callsPerConnection): "Too many calls of the connection are under way."
        case .overloaded(.callsInFlight): "Too many calls are under way."
        case .callerGone: "The caller went away before the answer was whole."
        case .auditUnavailable(let wasSent):
            wasSent
                ? "The provider was called, but the audit record could not be written."
                : "The provider was not called, since no audit record can be written."
        }
    }

    private static func words(_ issues: [Issue]) -> String {
        guard let first = issues.first else { return "it is refused" }
        let more = issues.count > 1 ? " (and \(issues.count - 1) more)" : ""
        return "\(first.pointer) \(first.detail)\(more)"
    }
}

extension CallFailure {
    /// The members that the problem document has beside the usual ones.
    public var members: JSONObject {
        var members: JSONObject = [
            "operation": .string(operation.text), "connectionId": .string(connection.text),
            "attempts": .integer(Int64(attempts)), "latencyMs": latency.millisecondsJSON,
        ]
        if case .providerError(let error) = reason { members["provider"] = error.json }
        members["limit"] = reason.limitName.map { .string($0) }
        if case .needsReauthorization = reason {
            members["reason"] = .string(Connection.needsReauthorization)
        }
        members["auditId"] = auditID.map { .string($0) }
        if !passedOver.isEmpty { members["passedOver"] = .array(passedOver.map(\.json)) }
        return members
    }
}

extension CallFailure.ProviderError {
    /// What was answered, in the provider's own words where it has some.
    fileprivate var words: String {
        if let unreadable {
            let answer = status.map { "\($0), and " } ?? ""
            return "The provider answered \(answer)what cannot be read: \(unreadable)."
        }
        let number = status.map { " \($0)" } ?? ""
        let named = "The provider answered\(number)" + (code.map { " \($0)" } ?? "")
        return message.map { "\(named): \($0)" } ?? "\(named)."
    }

    /// The error as the API writes it.
    public var json: JSONValue {
        var object: JSONObject = [
            "status": status.map { .integer(Int64($0)) } ?? .null, "body": body,
        ]
        object["code"] = code.map { .string($0) }
        object["message"] = message.map { .string($0) }
        object["requestId"] = requestID.map { .string($0) }
        return .object(object)
    }
}
