import Execution
import JSON
import Ledger
import Model
import Resolver

/// Judges the steps of a line's versions on one state: the only place where all that the gates look at
/// comes together.
struct StepJudge {
    /// Reports on the line's versions.
    let gate: ConfigGate
    private let target: ConfigScope
    /// The state that is judged: in a rehearsal with what health checks have found for it.
    private let state: State
    private let checks: PublishChecks
    private let stamp: Ledger.Stamp
    private let context: CommandContext
    private let tier: Environment.Tier

    /// A judge; what was looked at outside of the store is `checks`.
    ///
    /// - Throws: `UNKNOWN_ENVIRONMENT`.
    init(
        _ target: ConfigScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext,
        knowing checks: PublishChecks
    ) throws(CommandError) {
        let state = checks.seen(in: state, target.scope.read(state), stamp)
        tier = try target.environment(context.services.environments).tier
        gate = try ConfigGate(target, state, context.services, now: context.now)
        (self.target, self.state, self.checks) = (target, state, checks)
        (self.stamp, self.context) = (stamp, context)
    }

    /// A step, and what its gates have to know beside the version and the state.
    struct Question {
        /// What the version is to do.
        let step: ConfigLifecycle.Step
        /// The change request that is carried out; nil to look for one.
        var request: ChangeRequestID?
        /// Why it may go live without approvals; nil when it may not.
        var breakGlass: BreakGlass?
        /// Whether it is judged here whose its domain is; a set judges that when it is whole.
        var judgesDomain = true
        /// Whether the step leads through a preview, so that nobody need have looked before.
        var passesPreview = false
        /// Whether anybody looked outside of the store.
        ///
        /// Without it the gates are there to be told of what is refused anyway, and give no right.
        var isLookedAt = true
    }

    /// The gates of a step.
    ///
    /// - Parameters:
    ///   - version: The version, in its line or about to be.
    ///   - question: The step.
    ///   - known: The report on the very version, where it was made already.
    /// - Returns: The gates, judged.
    /// - Throws: `BLUEPRINT_NOT_FOUND`.
    func gates(
        _ version: ConfigVersion,
        _ question: Question,
        known: ValidationReport? = nil
    ) throws(CommandError) -> StepGates {
        let report: ValidationReport
        if let known {
            report = known
        } else {
            let judgesDomain = question.judgesDomain
            report = try gate.report(version, judgingDomain: judgesDomain, knowing: checks)
        }
        let approvals = ApprovalGate(target, state, stamp, context)
            .judge(version, question.step, tier, for: question.request, question.breakGlass)
        return StepGates(
            step: question.step,
            tier: tier,
            report: report,
            health: gate.health(of: version.config) { id in
                (context.isDryRun || !question.isLookedAt) && !checks.asked.contains(id)
            },
            areSecretsRead: checks.areSecretsRead,
            wasSeen: question.passesPreview || version.wasSeen,
            approvals: approvals,
            temporary: temporary(version.config, report)
        )
    }

    /// The gates whose errors say nothing but that a secret store is down for the moment.
    ///
    /// A health check that could not have the secret has found nothing out about the account.
    private func temporary(
        _ config: TenantAppConfig,
        _ report: ValidationReport
    ) -> Set<GateVerdict.Gate> {
        let tenant = target.scope.read(state)
        let defects = checks.defects(of: config, tenant)
        var gates: Set<GateVerdict.Gate> = []
        if !defects.isEmpty, defects.values.allSatisfy(\.isTemporary) { gates.insert(.secrets) }
        let failed = report.errors.filter { GateVerdict.Gate(of: $0.code) == .health }
        let isSecretAlone = failed.allSatisfy { issue in
            guard let tokens = JSONPointer(issue.pointer)?.tokens, tokens.count > 1,
                let index = Int(tokens[1]), config.bindings.indices.contains(index)
            else { return false }
            let id = config.bindings[index].connection
            return tenant.health[id]?.errorCode == Issue.Code.secretUnavailable.rawValue
                && defects[id]?.isTemporary == true
        }
        if !failed.isEmpty, isSecretAlone { gates.insert(.health) }
        return gates
    }

    /// Whose winner is another one after changes.
    func access(after changes: [Change]) -> AccessDiff { gate.access(state, after: changes, stamp) }
}
