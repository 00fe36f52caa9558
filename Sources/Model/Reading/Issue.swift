public import JSON

/// What is wrong, or worth a look, at one place of a document (API sections 2 and 6).
public struct Issue: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable {
        /// It stops the document.
        case error
        /// It does not, but somebody should look.
        case warning
        /// A remark.
        case info
    }

    /// The stable code.
    public let code: Code
    /// How much it matters.
    public let severity: Severity
    /// Where, as RFC 6901 writes it.
    public let pointer: String
    /// What was found and which rule it breaks; never holds a value that may be a secret.
    public let detail: String
    /// What to do about it, when there is something to say.
    public let suggestion: String?

    /// An issue; an error unless said otherwise.
    public init(
        _ code: Code,
        _ severity: Severity = .error,
        at pointer: JSONPointer,
        _ detail: String,
        suggestion: String? = nil
    ) {
        self.code = code
        self.severity = severity
        self.pointer = pointer.text
        self.detail = detail
        self.suggestion = suggestion
    }

    /// The issue as the API writes it.
    public var json: JSONValue {
        var object: JSONObject = [
            "code": .string(code.rawValue), "severity": .string(severity.rawValue),
            "pointer": .string(pointer), "detail": .string(detail),
        ]
        if let suggestion { object["suggestion"] = .string(suggestion) }
        return .object(object)
    }
}

extension Issue {
    /// The codes of issues; they are a part of the API.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        // The shape of a document.
        case unknownField = "UNKNOWN_FIELD"
        case missingField = "MISSING_FIELD"
        case wrongType = "WRONG_TYPE"
        case invalidValue = "INVALID_VALUE"
        case invalidIdentifier = "INVALID_IDENTIFIER"
        case invalidPattern = "INVALID_PATTERN"
        case invalidVersion = "INVALID_VERSION"
        case invalidSchema = "INVALID_SCHEMA"
        case invalidTemplate = "INVALID_TEMPLATE"
        case unknownEnvironment = "UNKNOWN_ENVIRONMENT"
        case unknownOperation = "UNKNOWN_OPERATION"
        case limitExceeded = "LIMIT_EXCEEDED"
        case pathMismatch = "PATH_MISMATCH"
        case duplicateCapability = "DUPLICATE_CAPABILITY"
        case blueprintNotFound = "BLUEPRINT_NOT_FOUND"
        case policyTestFailed = "POLICY_TEST_FAILED"
        // The report's errors (API section 6).
        case unknownSlotBinding = "UNKNOWN_SLOT_BINDING"
        case missingRequiredSlot = "MISSING_REQUIRED_SLOT"
        case duplicateSlot = "DUPLICATE_SLOT"
        case missingIntegrationConnection = "MISSING_INTEGRATION_CONNECTION"
        case environmentMismatch = "ENVIRONMENT_MISMATCH"
        case connectionNotReady = "CONNECTION_NOT_READY"
        case integrationSpecNotFound = "INTEGRATION_SPEC_NOT_FOUND"
        case categoryMismatch = "CATEGORY_MISMATCH"
        case modeMismatch = "MODE_MISMATCH"
        case unsupportedOwnershipMode = "UNSUPPORTED_OWNERSHIP_MODE"
        case capabilityNotProvided = "CAPABILITY_NOT_PROVIDED"
        case configSchemaViolation = "CONFIG_SCHEMA_VIOLATION"
        case secretInConfig = "SECRET_IN_CONFIG"
        case invalidDomain = "INVALID_DOMAIN"
        case duplicateDomain = "DUPLICATE_DOMAIN"
        case insecureAssetURL = "INSECURE_ASSET_URL"
        case healthCheckFailed = "HEALTH_CHECK_FAILED"
        case secretUnavailable = "SECRET_UNAVAILABLE"
        case ambiguousBinding = "AMBIGUOUS_BINDING"
        // The report's warnings (API section 6).
        case broadWildcard = "BROAD_WILDCARD"
        case unknownWorkflow = "UNKNOWN_WORKFLOW"
        case shadowedBinding = "SHADOWED_BINDING"
        case unscopedBinding = "UNSCOPED_BINDING"
        case connectionStatusUnknown = "CONNECTION_STATUS_UNKNOWN"
        case healthCheckStale = "HEALTH_CHECK_STALE"
        case notTestedInSandbox = "NOT_TESTED_IN_SANDBOX"
        case undocumentedBinding = "UNDOCUMENTED_BINDING"
        case deprecatedSpec = "DEPRECATED_SPEC"
        case deprecatedBlueprint = "DEPRECATED_BLUEPRINT"
        case emptyAllowedModes = "EMPTY_ALLOWED_MODES"
        case unexpectedAssetType = "UNEXPECTED_ASSET_TYPE"
        // What an upgrade of a blueprint meets.
        case orphanedBinding = "ORPHANED_BINDING"
        // What a provider answered.
        case outputMismatch = "OUTPUT_MISMATCH"
    }
}

/// The issues found while one document is read, in the order found.
///
/// A reference, since every nested reader writes into the same list; never shared between tasks.
public final class IssueList {
    /// The most issues kept; later ones are dropped, since a document with so many is broken whole.
    public static let countMax = 100

    /// The issues.
    public private(set) var issues: [Issue] = []

    /// Whether texts that look like secrets are issues: not in what the store holds already, which
    /// was looked at when it came.
    let scansForSecrets: Bool

    /// An empty list.
    public init(scansForSecrets: Bool = true) { self.scansForSecrets = scansForSecrets }

    /// Adds an issue, unless the list is full.
    public func add(_ issue: Issue) {
        if issues.count < Self.countMax { issues.append(issue) }
    }

    /// Adds an error.
    public func error(
        _ code: Issue.Code,
        at pointer: JSONPointer,
        _ detail: String,
        suggestion: String? = nil
    ) {
        add(Issue(code, at: pointer, detail, suggestion: suggestion))
    }

    /// Whether an error was found.
    public var hasErrors: Bool { issues.contains { $0.severity == .error } }

    /// Throws the errors, if there are any.
    public func throwErrors() throws(InvalidDocument) {
        let errors = issues.filter { $0.severity == .error }
        guard errors.isEmpty else { throw InvalidDocument(issues: errors) }
    }
}

/// A well-formed document that breaks rules; nothing of it is kept.
public struct InvalidDocument: Error, Sendable, Equatable {
    /// The errors; never empty.
    public let issues: [Issue]

    /// Wraps the errors, of which there is at least one.
    public init(issues: [Issue]) {
        precondition(!issues.isEmpty, "an invalid document has an issue")
        self.issues = issues
    }
}
