import JSON
import Model
import Resolver

/// All gates of a version's step, judged on one state: what answers and refusals tell of each, and
/// the right to take the step.
///
/// Each error of the report stands at one gate, so a step is refused when a gate failed, and only
/// then.
struct StepGates: Sendable {
    /// The step.
    let step: ConfigLifecycle.Step
    /// Of the line's environment.
    let tier: Environment.Tier
    /// The report on the version.
    var report: ValidationReport
    /// How the health checks of its connections stand.
    let health: ConfigGate.HealthStanding
    /// Whether the secrets were read.
    let areSecretsRead: Bool
    /// Whether somebody looked at the version before.
    let wasSeen: Bool
    /// What the gate of approvals finds.
    let approvals: ApprovalGate.Judgement
    /// The gates whose errors are about what is down for the moment.
    let temporary: Set<GateVerdict.Gate>

    /// The verdict of each gate.
    var verdicts: [GateVerdict] {
        [
            judged(.validation), judged(.connections), healthVerdict, secretsVerdict,
            judged(.environments), ambiguityVerdict, previewVerdict,
            approvals.verdict
                ?? GateVerdict(
                    gate: .approvals,
                    outcome: .notRequired,
                    reason: "Nothing goes live by it; publish asks for approvals."
                ),
        ]
    }

    /// The right to take the step.
    ///
    /// - Parameter refusal: The refusal of a report with errors.
    /// - Returns: The right, as the gate of approvals gives it.
    /// - Throws: `VALIDATION_FAILED`, `HEALTH_CHECKS_UNFINISHED`, `PREVIEW_REQUIRED`,
    ///   `APPROVAL_REQUIRED` or `APPROVALS_MISSING`: the first that holds, with the verdict of every
    ///   gate.
    func permit(
        _ refusal: (ValidationReport) -> CommandError
    ) throws(CommandError) -> ReleasePermit {
        try checkAllButApprovals(refusal)
        switch approvals {
        case .granted(let permit): return permit.telling(verdicts)
        case .refused(let error, _): throw told(error)
        }
    }

    /// The right to show what the step would do, which a plan has that waits for approvals as well.
    ///
    /// - Throws: What `permit` throws, but for approvals.
    func permitToShow(
        _ refusal: (ValidationReport) -> CommandError
    ) throws(CommandError) -> ReleasePermit {
        try checkAllButApprovals(refusal)
        switch approvals {
        case .granted(let permit): return permit.telling(verdicts)
        case .refused: return .nothingGoesLive
        }
    }

    /// What only approvals stop, if they do.
    var obstacle: CommandError? {
        guard case .refused(let error, _) = approvals else { return nil }
        return error
    }

    private func checkAllButApprovals(
        _ refusal: (ValidationReport) -> CommandError
    ) throws(CommandError) {
        let isStopped = !report.isValid && !(step == .preview && report.hasOnlyHealthErrors)
        if isStopped { throw told(refusal(report)) }
        if isUnchecked { throw told(HealthRefresh.unfinished(health.unchecked.map(\.connection))) }
        if !isSeenEnough { throw told(ConfigLifecycle.unseen) }
    }

    /// A refusal, with the verdict of every gate.
    func told(_ error: CommandError) -> CommandError {
        var error = error
        error.members["gates"] = .array(verdicts.map(\.json))
        // What is refused for the moment must not be answered to the same key for a day.
        if error.isTemporary { error.effect = .refusedForNow }
        return error
    }

    // MARK: The gates

    private func errors(of gate: GateVerdict.Gate) -> [Issue] {
        report.errors.filter { GateVerdict.Gate(of: $0.code) == gate }
    }

    private func warnings(of code: Issue.Code) -> [Issue] {
        report.warnings.filter { $0.code == code }
    }

    private func failed(_ gate: GateVerdict.Gate, _ errors: [Issue]) -> GateVerdict {
        var verdict = GateVerdict.failed(gate, errors)
        verdict.isTemporary = temporary.contains(gate)
        return verdict
    }

    private func judged(_ gate: GateVerdict.Gate) -> GateVerdict {
        let errors = errors(of: gate)
        return errors.isEmpty ? GateVerdict(gate: gate, outcome: .passed) : failed(gate, errors)
    }

    /// Whether a publish was to run checks that told nothing.
    private var isUnchecked: Bool { step == .publish && !health.unchecked.isEmpty }

    private var healthVerdict: GateVerdict {
        let errors = errors(of: .health)
        guard step == .publish else {
            return GateVerdict(
                gate: .health,
                outcome: .notRequired,
                reason: "Health stops no preview; publish runs missing and stale checks.",
                issues: errors
            )
        }
        guard errors.isEmpty else { return failed(.health, errors) }
        let isPostponed = health.unchecked.isEmpty
        let stale = (isPostponed ? health.postponed : health.unchecked)
            .map { binding, _ in
                Issue(
                    .healthCheckStale,
                    at: JSONPointer.root.appending("integrations").appending(binding)
                        .appending("connectionId"),
                    "the health check of its connection is missing or stale",
                    suggestion: "publish again, or test the connection"
                )
            }
        guard stale.isEmpty else {
            guard isPostponed else {
                var verdict = GateVerdict.failed(.health, stale)
                verdict.isTemporary = true
                return verdict
            }
            let words = "Missing or stale checks: they are run first when it is for real."
            return GateVerdict(gate: .health, outcome: .pending, reason: words, issues: stale)
        }
        guard health.freshCount == 0 else { return GateVerdict(gate: .health, outcome: .passed) }
        return GateVerdict(
            gate: .health,
            outcome: .notRequired,
            reason: "No bound integration declares a health check.",
            issues: warnings(of: .connectionStatusUnknown)
        )
    }

    private var secretsVerdict: GateVerdict {
        guard step == .publish else {
            let words = "A preview reads no secrets; publish does."
            return GateVerdict(gate: .secrets, outcome: .notRequired, reason: words)
        }
        guard areSecretsRead else {
            let words = "Secrets are read before it goes live, and not for a plan."
            return GateVerdict(gate: .secrets, outcome: .pending, reason: words)
        }
        let missing = warnings(of: .secretUnavailable)
        guard tier == .nonproduction, !missing.isEmpty else { return judged(.secrets) }
        return GateVerdict(
            gate: .secrets,
            outcome: .notRequired,
            reason: "A secret that can't be had stops a config in production, and warns elsewhere.",
            issues: missing
        )
    }

    private var ambiguityVerdict: GateVerdict {
        guard tier == .nonproduction else { return judged(.ambiguity) }
        return GateVerdict(
            gate: .ambiguity,
            outcome: .notRequired,
            reason: "Ambiguous bindings stop a config in production, and warn elsewhere.",
            issues: warnings(of: .ambiguousBinding)
        )
    }

    private var isSeenEnough: Bool { step != .publish || tier != .production || wasSeen }

    private var previewVerdict: GateVerdict {
        guard step == .publish, tier == .production else {
            let words = "A preview is asked for before a publish in production alone."
            return GateVerdict(gate: .preview, outcome: .notRequired, reason: words)
        }
        guard !wasSeen else { return GateVerdict(gate: .preview, outcome: .passed) }
        return GateVerdict(
            gate: .preview,
            outcome: .failed,
            reason: ConfigLifecycle.unseen.detail + " Preview it, or promote one that was tested."
        )
    }
}
