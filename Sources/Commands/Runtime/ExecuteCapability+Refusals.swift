import Audit
import Execution
import JSON
import Ledger
import Model
import Platform
import Resolver

extension ExecuteCapability {
    /// What would be called; nothing is, and no secret is read.
    ///
    /// - Throws: `INVALID_INPUT`.
    func dryAnswer(
        _ resolution: Resolution,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext
    ) throws(CommandError) -> CommandAnswer {
        var request = JSONValue.null
        if let call = resolution.winner.flatMap({ call($0, wish, context) }) {
            do {
                request = try context.services.executor.preview(call)
            } catch {
                throw CommandError(error)
            }
        }
        let winner = resolution.winner
        var object: JSONObject = [
            "capability": .string(capability.text), "dryRun": true,
            "operation": winner?.operation.map { .string($0.text) } ?? .null,
            "connectionId": winner.map { .string($0.connectionID.text) } ?? .null,
            "fallbacks": .array(resolution.fallbacks.map { .string($0.text) }),
            "request": request,
        ]
        let passedOver = resolution.auditedPassedOver
        if !passedOver.isEmpty { object["passedOver"] = .array(passedOver.map(\.json)) }
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }

    func notPermitted(
        _ resolution: Resolution,
        _ decision: AuditDecision,
        _ context: CommandContext
    ) -> CommandError {
        let reasons = resolution.candidates.flatMap(\.reasons).map(\.rawValue)
        let first = reasons.first.map { ": \($0)" } ?? ": nothing is bound to it"
        let audience = context.caller.audience(of: target.scope.tenant)
        var members = candidates(resolution, context)
        for member in DecisionExplanation(resolution, for: audience).members {
            members[member.key] = member.value
        }
        members["decisionId"] = decision.id.map { .string($0) }
        var error = CommandError(
            .forbidden,
            "NOT_PERMITTED",
            "No binding of \(capability.text) serves this workflow\(first).",
            members: members
        )
        error.effect = .refusedForNow
        return error.recorded
    }

    private func candidates(
        _ resolution: Resolution,
        _ context: CommandContext,
        limit: String? = nil
    ) -> JSONObject {
        let audience = context.caller.audience(of: target.scope.tenant)
        let policies = resolution.policies(for: audience).prefix(Self.candidateCountMax)
        let candidates = resolution.candidates.prefix(Self.candidateCountMax)
        var members: JSONObject = [
            "candidates": .array(candidates.map(\.json)),
            "policies": .array(policies.map { .string($0.text) }),
        ]
        members["limit"] = limit.map { .string($0) }
        return members
    }

    /// The most candidates, and the most policies, that an error tells of.
    private static let candidateCountMax = 100

    /// No service is not a denial (API section 10).
    func unavailable(
        _ resolution: Resolution,
        _ passedOver: [AuditPassedOver],
        _ context: CommandContext
    ) -> CommandError {
        let blocked = resolution.candidates.filter { $0.outcome == .unavailable }
        let reasons = blocked.flatMap(\.reasons).map(\.rawValue) + passedOver.map(\.reason)
        guard !reasons.isEmpty, reasons.allSatisfy({ $0 == "CIRCUIT_OPEN" }) else {
            return CommandError(
                .unavailable,
                "NO_CONNECTION_AVAILABLE",
                "Every connection that may serve the workflow is out of service.",
                members: candidates(resolution, context, limit: "connections"),
                retryAfterSeconds: 30
            )
        }
        let waits = resolution.candidates.compactMap { candidate in
            let operation = candidate.operation.flatMap { candidate.spec?.operations[$0] }
            return context.services.executor.circuitOpenTime(
                of: candidate.connectionID,
                operation?.callClass ?? .write,
                in: target.scope.tenant
            )
        }
        return CommandError(
            .unavailable,
            "CIRCUIT_OPEN",
            "The provider has failed too often and is left alone for a while.",
            members: candidates(resolution, context, limit: CallFailure.Reason.breakerName),
            retryAfterSeconds: waits.min().map { Int($0.components.seconds) + 1 } ?? 1
        )
    }
}

extension CommandError {
    /// What a call that failed means to its caller.
    init(_ failure: CallFailure) { self.init(failure.reason, members: failure.members) }

    /// Why a call has no result.
    init(_ reason: CallFailure.Reason, members: JSONObject = [:]) {
        let kind: Kind =
            switch reason.status {
            case 422: .invalid
            case 429: .limited
            case 503: .unavailable
            case 504: .timeout
            default: .badGateway
            }
        self.init(
            kind,
            reason.code,
            reason.detail,
            issues: reason.issues,
            members: members,
            retryAfterSeconds: reason.retryAfterSeconds
        )
    }
}

extension AuditDecision {
    /// What was decided about a call, with an id of its own.
    init(_ resolution: Resolution, _ context: CommandContext) {
        self.init(
            AccessDecision(isAllowed: resolution.isAllowed, basis: .call(resolution)),
            id: context.makeDecisionID()
        )
    }
}
