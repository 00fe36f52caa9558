import JSON
import Model
import Resolver

/// What a gate on the way to a live config found, as answers tell it.
struct GateVerdict: Sendable {
    /// The gates, in the order in which answers tell them.
    enum Gate: String, Sendable, CaseIterable {
        /// The report has no error but those that gates of their own tell.
        case validation = "VALIDATION"
        /// Every bound connection is there and active.
        case connections = "CONNECTIONS"
        /// The health checks of the bound connections are fresh, and none failed.
        case health = "HEALTH"
        /// The secrets of the bound connections can be had.
        case secrets = "SECRETS"
        /// Every bound connection is of the config's environment.
        case environments = "ENVIRONMENTS"
        /// No order but that of writing decides who serves.
        case ambiguity = "AMBIGUITY"
        /// Somebody looked at it before: it was a preview, or was live elsewhere.
        case preview = "PREVIEW"
        /// Others than its author said yes.
        case approvals = "APPROVALS"

        /// The gate that tells an issue of a report; each issue has one.
        init(of code: Issue.Code) {
            self =
                switch code {
                case .missingIntegrationConnection, .connectionNotReady: .connections
                case .healthCheckFailed, .healthCheckStale, .connectionStatusUnknown: .health
                case .secretUnavailable: .secrets
                case .environmentMismatch: .environments
                case .ambiguousBinding: .ambiguity
                default: .validation
                }
        }
    }

    /// What it found.
    enum Outcome: String, Sendable {
        /// Nothing stops the step.
        case passed
        /// The step does not ask it.
        case notRequired
        /// It would stop the step, and was passed over by a break-glass.
        case skipped
        /// It stops the step.
        case failed
        /// A rehearsal can't tell: the step itself looks first.
        case pending
    }

    /// The most issues of one verdict; the report has the others.
    static let issueCountMax = 20

    let gate: Gate
    let outcome: Outcome
    /// Why, and what to do about it.
    var reason: String?
    /// The issues of the report that it is about.
    var issues: [Issue] = []
    var details: JSONObject = [:]
    /// Whether it failed for what may pass by itself: a later try may find it otherwise.
    var isTemporary = false

    /// The verdict as the API writes it.
    var json: JSONValue {
        var object: JSONObject = [
            "gate": .string(gate.rawValue), "verdict": .string(outcome.rawValue),
        ]
        if isTemporary { object["temporary"] = true }
        if let reason { object["reason"] = .string(reason) }
        if !issues.isEmpty {
            object["issues"] = .array(
                issues.prefix(Self.issueCountMax)
                    .map {
                        ["code": .string($0.code.rawValue), "pointer": .string($0.pointer)]
                    }
            )
            object["issueCount"] = .integer(Int64(issues.count))
        }
        for member in details { object[member.key] = member.value }
        return .object(object)
    }

    /// The longest reason that a change request keeps, in characters, and the longest pointer, in bytes.
    static let keptReasonLengthMax = 1000
    static let keptPointerByteCountMax = 512

    /// Verdicts, as answers tell them, in the form in which a change request keeps them: some kilobytes
    /// whatever is in the config.
    static func kept(_ verdicts: JSONValue?) -> JSONValue? {
        guard let verdicts = verdicts?.array else { return nil }
        return .array(
            verdicts.map { verdict in
                var object = verdict.object ?? [:]
                if let reason = verdict["reason"]?.string {
                    object["reason"] = .string(String(reason.prefix(keptReasonLengthMax)))
                }
                if let issues = verdict["issues"]?.array {
                    object["issues"] = .array(
                        issues.filter {
                            ($0["pointer"]?.string?.utf8.count ?? 0) <= keptPointerByteCountMax
                        }
                    )
                }
                return .object(object)
            }
        )
    }

    /// A gate that these issues stop, the first of them in words.
    static func failed(_ gate: Gate, _ issues: [Issue]) -> GateVerdict {
        let first = issues.first
        let suggestion = first?.suggestion.map { ": \($0)" } ?? ""
        let more = issues.count > 1 ? " (and \(issues.count - 1) more)" : ""
        return GateVerdict(
            gate: gate,
            outcome: .failed,
            reason: first.map { $0.detail + suggestion + more },
            issues: issues
        )
    }
}
