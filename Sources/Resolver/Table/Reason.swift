/// Why a candidate does not serve; the raw values are the API's words, in the order in which a
/// candidate's reasons are told (API section 5, rule 3).
public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// The tenant has no such connection.
    case connectionNotFound = "CONNECTION_NOT_FOUND"
    /// The connection is of another environment.
    case environmentMismatch = "ENVIRONMENT_MISMATCH"
    /// It is a draft, paused or revoked.
    case connectionNotActive = "CONNECTION_NOT_ACTIVE"
    /// Its health checks fail.
    case connectionUnhealthy = "CONNECTION_UNHEALTHY"
    /// Its spec is not registered.
    case specNotFound = "SPEC_NOT_FOUND"
    /// Its spec is of another category than the slot asks for.
    case categoryMismatch = "CATEGORY_MISMATCH"
    /// Its spec does not support its ownership mode.
    case modeNotSupported = "MODE_NOT_SUPPORTED"
    /// The slot does not allow its ownership mode.
    case modeNotAllowed = "MODE_NOT_ALLOWED"
    /// Its spec does not provide the capability in the version that the slot asks for.
    case capabilityNotProvided = "CAPABILITY_NOT_PROVIDED"
    /// The binding does not serve the workflow.
    case workflowNotInScope = "WORKFLOW_NOT_IN_SCOPE"
    /// The binding does not serve the operation.
    case operationNotInScope = "OPERATION_NOT_IN_SCOPE"
    /// A rule forbids it.
    case forbiddenByPolicy = "FORBIDDEN_BY_POLICY"
    /// A rule wants a permit, and none admits the workflow.
    case notPermittedByPolicy = "NOT_PERMITTED_BY_POLICY"
    /// Its circuit breaker is open.
    case circuitOpen = "CIRCUIT_OPEN"
}

/// The reasons of one candidate, as bits in the order of `Reason`.
struct ReasonSet: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    static let connectionNotFound = ReasonSet(rawValue: 1 << 0)
    static let environmentMismatch = ReasonSet(rawValue: 1 << 1)
    /// `CONNECTION_NOT_ACTIVE` for good: a revoked connection permits nothing.
    static let connectionRevoked = ReasonSet(rawValue: 1 << 2)
    /// `CONNECTION_NOT_ACTIVE` for now: a draft or paused one keeps its place.
    static let connectionInactive = ReasonSet(rawValue: 1 << 3)
    static let connectionUnhealthy = ReasonSet(rawValue: 1 << 4)
    static let specNotFound = ReasonSet(rawValue: 1 << 5)
    static let categoryMismatch = ReasonSet(rawValue: 1 << 6)
    static let modeNotSupported = ReasonSet(rawValue: 1 << 7)
    static let modeNotAllowed = ReasonSet(rawValue: 1 << 8)
    static let capabilityNotProvided = ReasonSet(rawValue: 1 << 9)
    static let workflowNotInScope = ReasonSet(rawValue: 1 << 10)
    static let operationNotInScope = ReasonSet(rawValue: 1 << 11)
    static let forbiddenByPolicy = ReasonSet(rawValue: 1 << 12)
    static let notPermittedByPolicy = ReasonSet(rawValue: 1 << 13)
    static let circuitOpen = ReasonSet(rawValue: 1 << 14)

    /// What makes a candidate unavailable and denies nothing (API section 10, "Permission and
    /// availability are two answers"); every other reason drops it.
    static let unavailability: ReasonSet = [
        .connectionInactive, .connectionUnhealthy, .circuitOpen,
    ]
    /// What the rules say.
    static let policy: ReasonSet = [.forbiddenByPolicy, .notPermittedByPolicy]

    /// Whether the candidate is dropped.
    var isDropping: Bool { !subtracting(.unavailability).isEmpty }

    /// The reasons, in order.
    var reasons: [Reason] {
        Self.words.filter { contains($0.bit) }.map(\.reason)
    }

    private static let words: [(bit: ReasonSet, reason: Reason)] = [
        (.connectionNotFound, .connectionNotFound),
        (.environmentMismatch, .environmentMismatch),
        (.connectionRevoked, .connectionNotActive),
        (.connectionInactive, .connectionNotActive),
        (.connectionUnhealthy, .connectionUnhealthy),
        (.specNotFound, .specNotFound),
        (.categoryMismatch, .categoryMismatch),
        (.modeNotSupported, .modeNotSupported),
        (.modeNotAllowed, .modeNotAllowed),
        (.capabilityNotProvided, .capabilityNotProvided),
        (.workflowNotInScope, .workflowNotInScope),
        (.operationNotInScope, .operationNotInScope),
        (.forbiddenByPolicy, .forbiddenByPolicy),
        (.notPermittedByPolicy, .notPermittedByPolicy),
        (.circuitOpen, .circuitOpen),
    ]
}
