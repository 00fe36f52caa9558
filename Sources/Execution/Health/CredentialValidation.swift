import Audit
public import JSON
public import Model
import Outbound

/// What the validation of a tenant's own secret found (`byokSetup` of the spec).
public struct CredentialValidation: Sendable {
    /// The operation that was called.
    public let operation: OperationID
    /// When.
    public let checkedAt: Timestamp
    /// How long it took.
    public let latency: Duration
    /// The scopes that the provider named; nil when it named none.
    public let scopes: [String]?
    /// Those that the spec requires and the provider did not name.
    public let missingScopes: [String]
    /// What the provider said of its rate limit.
    public let quota: QuotaSnapshot?
    /// Why it did not succeed: a stable code; nil when it did.
    public let errorCode: String?
    /// The same in words; holds no secret.
    public let errorMessage: String?

    /// Whether the secret is good for what the spec does.
    public var isValid: Bool { errorCode == nil && missingScopes.isEmpty }

    /// As the API writes it.
    public var json: JSONValue {
        .object([
            "operation": .string(operation.text), "valid": .bool(isValid),
            "checkedAt": .string(checkedAt.text), "latencyMs": latency.millisecondsJSON,
            "scopes": scopes.map { .array($0.map { .string($0) }) } ?? .null,
            "missingScopes": .array(missingScopes.map { .string($0) }),
            "quota": quota?.json ?? .null,
            "errorCode": errorCode.map { .string($0) } ?? .null,
            "errorMessage": errorMessage.map { .string($0) } ?? .null,
        ])
    }
}

extension HealthChecker {
    /// How long a validation may take where the spec has no health check that says it.
    private static let validationTimeout = Duration.milliseconds(5000)

    /// Validates the secret of a connection; nil when its spec does not say how.
    ///
    /// Like a check it is called once, spends no tokens, and is in the audit.
    public func validate(_ question: HealthQuestion) async -> CredentialValidation? {
        guard let setup = question.spec.byokSetup,
            let operation = question.spec.operations[setup.validationOperation]
        else { return nil }
        let timeout = question.spec.healthCheck?.timeoutMilliseconds
        let called = await call(
            question,
            operation,
            within: timeout.map { .milliseconds($0) } ?? Self.validationTimeout,
            action: "connection.validate"
        )
        var draft = called.draft
        let scopes = called.failure == nil ? Self.scopes(setup, called) : nil
        let known = Set(scopes ?? [])
        let required = called.failure == nil ? setup.requiredScopes : []
        let missing = required.filter { !known.contains($0) }
        var (code, detail) = (called.failure?.code, called.failure?.detail)
        if !missing.isEmpty {
            code = "MISSING_SCOPES"
            detail = "The secret lacks scopes that the integration needs."
            draft.outcome = .failure
        }
        await record(draft)
        return CredentialValidation(
            operation: operation.id,
            checkedAt: draft.occurredAt,
            latency: called.latency,
            scopes: scopes,
            missingScopes: missing,
            quota: called.response.flatMap { QuotaSnapshot($0, at: draft.occurredAt) },
            errorCode: code,
            errorMessage: detail
        )
    }

    /// The scopes that an answer names; nil when it names none.
    private static func scopes(_ setup: ByokSetup, _ called: Called) -> [String]? {
        var found: [String] = []
        var isNamed = false
        if let value = setup.scopesPointer.flatMap({ called.output.at($0) }) {
            isNamed = true
            found += value.array.map { $0.compactMap(\.string) } ?? split(value.string ?? "")
        }
        if let value = setup.scopesHeader.flatMap({ called.response?.header($0) }) {
            isNamed = true
            found += split(called.redaction.text(value))
        }
        guard isNamed else { return nil }
        var seen: Set<String> = []
        let good = found.filter {
            $0.utf8.count <= ByokSetup.scopeByteCountMax && seen.insert($0).inserted
        }
        return Array(good.prefix(ByokSetup.scopeCountMax))
    }

    private static func split(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "," }.map(String.init)
    }
}
