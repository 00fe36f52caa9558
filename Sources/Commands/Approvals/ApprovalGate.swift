import JSON
import Ledger
import Model
import Platform

/// Judges whether a content may go live on a line: whether others said yes to it, on the base that is
/// there.
struct ApprovalGate {
    let target: ConfigScope
    let state: State
    let stamp: Ledger.Stamp
    let context: CommandContext

    init(
        _ target: ConfigScope,
        _ state: State,
        _ stamp: Ledger.Stamp,
        _ context: CommandContext
    ) {
        (self.target, self.state, self.stamp, self.context) = (target, state, stamp, context)
    }

    /// What the gate finds.
    enum Judgement: Sendable {
        /// The right to take the step.
        case granted(ReleasePermit)
        /// `APPROVAL_REQUIRED` or `APPROVALS_MISSING`, and what answers tell of it.
        case refused(CommandError, GateVerdict)

        /// What answers tell of it; nil for what takes nothing live.
        var verdict: GateVerdict? {
            switch self {
            case .granted(let permit): permit.verdict
            case .refused(_, let verdict): verdict
            }
        }
    }

    /// Judges whether a version may take the step.
    ///
    /// A preview goes live outside production: there it needs approvals too, and uses none up.
    ///
    /// - Parameters:
    ///   - version: The version, in its line or about to be.
    ///   - step: What it is to do.
    ///   - tier: Of the line's environment.
    ///   - id: The request that is carried out, whose base was judged already; nil to look for one.
    ///   - breakGlass: Why it may go live without approvals; nil when it may not.
    /// - Returns: The right, with what becomes of the request that gives it, or the refusal.
    func judge(
        _ version: ConfigVersion,
        _ step: ConfigLifecycle.Step,
        _ tier: Environment.Tier,
        for id: ChangeRequestID? = nil,
        _ breakGlass: BreakGlass? = nil
    ) -> Judgement {
        let goesLive = step == .publish || (step == .preview && tier == .nonproduction)
        guard goesLive else { return .granted(.nothingGoesLive) }
        let tenant = target.scope.read(state)
        let required = tenant.approvalPolicy?.value.required(in: target.line.environment) ?? 0
        let request =
            id.flatMap { tenant.changeRequests[$0] } ?? Self.approved(version.config, target, state)
        guard let request else {
            guard required > 0 else {
                let verdict = GateVerdict(
                    gate: .approvals,
                    outcome: .notRequired,
                    reason: "\(target.line.environment.text) asks for no approvals."
                )
                return .granted(ReleasePermit(verdict, applying: nil, isRecorded: false))
            }
            guard let breakGlass, step == .publish else {
                let error = Self.refusal(required, target)
                return .refused(error, Self.failure(required, error.detail))
            }
            return .granted(ReleasePermit(breakGlass, target, version, required))
        }
        let standing = RequestStanding(request.value, state)
        if let missing = standing.missing(of: request.value) {
            return .refused(missing.error, missing.verdict)
        }
        let verdict = GateVerdict(
            gate: .approvals,
            outcome: required > 0 ? .passed : .notRequired,
            details: standing.details(of: request.value)
        )
        let applied = step == .publish ? self.applied(request, version.number) : nil
        return .granted(
            ReleasePermit(
                verdict,
                applying: applied.map { (request, $0) },
                isRecorded: id != nil
            )
        )
    }

    /// What stops a content from going live, for want of approvals; nil when nothing does.
    static func obstacle(
        to config: TenantAppConfig,
        on target: ConfigScope,
        _ state: State
    ) -> CommandError? {
        let policy = target.scope.read(state).approvalPolicy?.value
        let required = policy?.required(in: target.line.environment) ?? 0
        guard required > 0, approved(config, target, state) == nil else { return nil }
        return refusal(required, target)
    }

    /// The oldest request that lets this very content go live on this very base.
    private static func approved(
        _ config: TenantAppConfig,
        _ target: ConfigScope,
        _ state: State
    ) -> Stored<ChangeRequest>? {
        let open = target.scope.read(state).changeRequests.values
            .filter { $0.value.line == target.line }
            .filter { $0.value.status == .approved || $0.value.status == .scheduled }
        guard !open.isEmpty else { return nil }
        let digest = config.contentDigest
        return open.filter { $0.value.subject?.digest == digest }
            .filter { RequestStanding($0.value, state).isGood }
            .min { ($0.createdAt, $0.value.id) < ($1.createdAt, $1.value.id) }
    }

    private func applied(
        _ request: Stored<ChangeRequest>,
        _ number: Int
    ) -> Stored<ChangeRequest> {
        var value = request.value
        value.take(
            .apply,
            to: .applied,
            by: context.caller.party,
            at: stamp.now,
            comment: "published as version \(number)"
        )
        value.publishedVersion = number
        value.failure = nil
        return request.moved(to: value, stamp)
    }

    private static func refusal(_ required: Int, _ target: ConfigScope) -> CommandError {
        let name = target.line.environment.text
        let count = required == 1 ? "an approval" : "\(required) approvals"
        return CommandError(
            .conflict,
            "APPROVAL_REQUIRED",
            "In \(name) a config needs \(count) of others than its author before it goes live, and "
                + "no change request is approved for this content on what is published now."
        )
    }

    private static func failure(_ required: Int, _ reason: String) -> GateVerdict {
        GateVerdict(
            gate: .approvals,
            outcome: .failed,
            reason: reason + " Submit one and have it approved.",
            details: ["required": .integer(Int64(required))]
        )
    }
}

/// How a change request stands in a state: whose approvals count, and whether its base is still there.
struct RequestStanding {
    /// The approvals that count.
    let approvals: Int
    /// The approvals that its environment asks for.
    let required: Int
    /// Whether another version was published since it was submitted, or its version is gone or archived.
    let isConflict: Bool

    /// Whether it may be carried out.
    var isGood: Bool { !isConflict && approvals >= required }

    init(_ request: ChangeRequest, _ state: State) {
        let tenant = state.tenant(request.tenant)
        let line = tenant.lines[request.line] ?? ConfigLine()
        required = tenant.approvalPolicy?.value.required(in: request.line.environment) ?? 0
        approvals = request.approvals.count { Self.counts($0, state) }
        let isMoved = request.subject.map { $0.base != line.published?.value.number } ?? false
        let version = line.versions[request.version]?.value
        let isGone = version.map { $0.status == .archived } ?? true
        isConflict = request.status.isSubmitted && (isMoved || isGone)
    }

    /// Whether an approval still stands: a key that was revoked takes its yes with it.
    static func counts(_ approval: ChangeRequest.Approval, _ state: State) -> Bool {
        guard approval.party.type == "key" else { return true }
        guard let id = CredentialID(approval.party.id),
            state.credentials[id]?.value.status == .active
        else { return false }
        // So does the key that made it, for which it stands.
        let maker = CredentialID(approval.party.principal).flatMap { state.credentials[$0] }
        return maker.map { $0.value.status == .active } ?? true
    }

    /// What an approved request is refused for whose approvals do not suffice any more; nil when they
    /// do.
    func missing(of request: ChangeRequest) -> (error: CommandError, verdict: GateVerdict)? {
        guard approvals < required else { return nil }
        let detail =
            "\(request.line.environment.text) asks for \(required) approvals, and \(approvals) count: "
            + "a key that was revoked takes its approval with it."
        let verdict = GateVerdict(
            gate: .approvals,
            outcome: .failed,
            reason: detail,
            details: details(of: request)
        )
        return (CommandError(.conflict, "APPROVALS_MISSING", detail), verdict)
    }

    /// What a verdict tells of a request.
    func details(of request: ChangeRequest) -> JSONObject {
        [
            "changeRequest": .string(request.id.text), "required": .integer(Int64(required)),
            "approvals": .integer(Int64(approvals)),
        ]
    }

    /// The request as the API writes it.
    func json(of request: Stored<ChangeRequest>) -> JSONObject { json(request.json) }

    /// The request as a list writes it: without its history.
    func summary(of request: Stored<ChangeRequest>) -> JSONObject { json(request.summary) }

    private func json(_ request: JSONObject) -> JSONObject {
        var object = request
        object["conflict"] = .bool(isConflict)
        object["requiredApprovals"] = .integer(Int64(required))
        object["countedApprovals"] = .integer(Int64(approvals))
        return object
    }
}

extension TenantAppConfig {
    /// SHA-256 of the content in its canonical form: equal contents have one, whoever spelled them.
    var contentDigest: String {
        Hex.encode(Digest.sha256(JSONValue.object(document.object).canonical()))
    }
}

extension Stored<ChangeRequest> {
    /// The request after a write.
    func moved(to value: ChangeRequest, _ stamp: Ledger.Stamp) -> Stored<ChangeRequest> {
        Stored(value, revision: stamp.revision, createdAt: createdAt, updatedAt: stamp.now)
    }
}

extension ChangeRequest {
    /// What a write of it is about.
    func subjectOfWrite(_ action: String) -> WriteSubject {
        WriteSubject(
            action: action,
            type: "changeRequest",
            id: id.text,
            tenant: tenant,
            environment: line.environment
        )
    }
}

extension Caller {
    /// The caller as a change request knows it.
    var party: ChangeRequest.Party {
        ChangeRequest.Party(type: actorType, id: actorID, principal: credential.principal)
    }
}
