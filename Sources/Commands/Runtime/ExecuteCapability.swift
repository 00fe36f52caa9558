import Audit
import Execution
public import JSON
import Ledger
public import Model
import Resolver

/// Calls the provider that a capability resolves to, and remembers it (API section 7).
///
/// What is decided here is decided by the same compiled table that `explain` reads. `Executor` is the
/// one door behind it.
public struct ExecuteCapability: Sendable {
    /// The line.
    public let target: ConfigScope
    /// The capability.
    public let capability: CapabilityKey
    /// The body: `workflow`, `input`, `timeoutMs`.
    public let body: JSONValue
    /// The header `Bindery-Workflow`.
    public let workflowHeader: String?

    /// A request.
    public init(
        target: ConfigScope,
        capability: CapabilityKey,
        body: JSONValue,
        workflowHeader: String?
    ) {
        self.target = target
        self.capability = capability
        self.body = body
        self.workflowHeader = workflowHeader
    }

    private struct Wish {
        let workflow: WorkflowName
        let input: JSONValue
        let timeout: Duration
    }

    /// Carries it out.
    ///
    /// - Throws: The rows of API section 7, and those of section 10 for it.
    public func run(_ context: CommandContext) async throws(CommandError) -> CommandAnswer {
        let wish = try read(context.services)
        let state = context.state
        do throws(CommandError) {
            try context.caller.check(wish.workflow)
        } catch {
            try await recordDenial([error.code], [], wish, state, context)
            throw error
        }
        let environment = try target.environment(context.services.environments)
        let live = context.services.tables.table(target, state, environment)
        guard let live else { throw ConfigGate.notLive(target) }
        let resolution = live.table.resolve(
            capability: capability,
            workflow: wish.workflow,
            isOpen: context.services.openBreakers(of: target.scope.tenant)
        )
        guard let resolution else { throw ExplainBinding.notBound(capability) }
        guard resolution.isAllowed else {
            let reasons = resolution.candidates.flatMap(\.reasons).map(\.rawValue)
            try await recordDenial(reasons, resolution.policies, wish, state, context)
            throw notPermitted(resolution)
        }
        guard resolution.winner != nil else { throw try unavailable(resolution, context) }
        if context.isDryRun { return dryAnswer(resolution, state) }
        return try await call(resolution, wish, state, context)
    }

    private func read(_ services: Services) throws(CommandError) -> Wish {
        let issues = IssueList()
        let members: Set<String> = ["workflow", "input", "timeoutMs"]
        let reader = ObjectReader(body, at: .root, issues: issues, members: members)
        let text = reader.string("workflow", byteCountMax: 256)
        let timeoutMax = Int(CapabilityCall.timeoutMax / .milliseconds(1))
        let timeout = reader.integer("timeoutMs", in: 1...timeoutMax)
        if issues.hasErrors { throw .invalid(issues.issues) }
        guard let workflow = try WorkflowWish.name(body: text, header: workflowHeader) else {
            throw CommandError(
                .invalid,
                "WORKFLOW_REQUIRED",
                "A call names its workflow, in the body or in the header Bindery-Workflow."
            )
        }
        return Wish(
            workflow: workflow,
            input: body["input"] ?? .object([:]),
            timeout: .milliseconds(timeout ?? services.settings.callTimeoutMilliseconds)
        )
    }

    /// Tries the winner; when its breaker opened in the meantime, nothing was sent, and the next one
    /// serves.
    private func call(
        _ resolution: Resolution,
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext
    ) async throws(CommandError) -> CommandAnswer {
        var passedOver = resolution.passedOver.map { candidate in
            AuditPassedOver(
                connectionID: candidate.connectionID.text,
                reason: candidate.reasons.first?.rawValue ?? ""
            )
        }
        let servers = resolution.servers
        for (index, server) in servers.enumerated() {
            guard var call = call(server, wish, context) else { continue }
            call.passedOver = passedOver
            call.revision = state.revision
            call.decision = AuditDecision(
                isAllowed: true,
                policies: resolution.policies.map(\.text)
            )
            switch await context.services.executor.execute(call) {
            case .success(let result):
                return CommandAnswer(
                    body: .json(result.json),
                    revision: context.services.revision
                )
            case .failure(let failure):
                if case .circuitOpen = failure.reason, index + 1 < servers.count {
                    let id = server.connectionID.text
                    passedOver.append(AuditPassedOver(connectionID: id, reason: "CIRCUIT_OPEN"))
                    continue
                }
                throw Self.error(failure, of: call.operation)
            }
        }
        throw try unavailable(resolution, context)
    }

    /// What a call that failed means to its caller.
    ///
    /// An operation that the provider may have carried out, and would carry out again since it is
    /// told no idempotency key, is not called twice for one key of the caller's.
    private static func error(_ failure: CallFailure, of operation: Operation) -> CommandError {
        var error = CommandError(failure)
        let isRepeatable = operation.isIdempotent || operation.idempotencyHeader != nil
        error.isSpent = failure.attempts > 0 && !isRepeatable
        return error
    }

    private func call(
        _ server: Candidate,
        _ wish: Wish,
        _ context: CommandContext
    ) -> CapabilityCall? {
        guard let connection = server.connection, let spec = server.spec,
            let operation = server.operation.flatMap({ spec.operations[$0] }),
            let config = MergedConfig(server)
        else { return nil }
        var call = CapabilityCall(
            tenant: target.scope.tenant,
            environment: target.line.environment,
            blueprint: target.line.blueprint,
            workflow: wish.workflow,
            capability: capability,
            slot: server.slot,
            connection: connection,
            spec: spec,
            operation: operation,
            config: config.object,
            input: wish.input,
            actor: context.caller.auditActor
        )
        call.timeout = wish.timeout
        call.idempotencyKey = context.idempotencyKey
        call.traceparent = context.traceparent
        call.requestID = context.requestID
        return call
    }

    /// What would be called; nothing is.
    private func dryAnswer(_ resolution: Resolution, _ state: State) -> CommandAnswer {
        let winner = resolution.winner
        let object: JSONObject = [
            "capability": .string(capability.text), "dryRun": true,
            "operation": winner?.operation.map { .string($0.text) } ?? .null,
            "connectionId": winner.map { .string($0.connectionID.text) } ?? .null,
            "fallbacks": .array(resolution.fallbacks.map { .string($0.text) }),
        ]
        return CommandAnswer(body: .json(.object(object)), revision: state.revision)
    }

    private func notPermitted(_ resolution: Resolution) -> CommandError {
        let reasons = resolution.candidates.flatMap(\.reasons).map(\.rawValue)
        let first = reasons.first.map { ": \($0)" } ?? ": nothing is bound to it"
        return CommandError(
            .forbidden,
            "NOT_PERMITTED",
            "No binding of \(capability.text) serves this workflow\(first).",
            members: candidates(resolution)
        )
    }

    private func candidates(_ resolution: Resolution) -> JSONObject {
        [
            "candidates": .array(resolution.candidates.prefix(100).map(\.json)),
            "policies": .array(resolution.policies.map { .string($0.text) }),
        ]
    }

    /// No service is not a denial (API section 10).
    private func unavailable(
        _ resolution: Resolution,
        _ context: CommandContext
    ) throws(CommandError) -> CommandError {
        let blocked = resolution.candidates.filter { $0.outcome == .unavailable }
        let isBreakerAlone = blocked.allSatisfy { $0.reasons == [.circuitOpen] }
        if isBreakerAlone, let first = blocked.first {
            let wait = context.services.executor.circuitOpenTime(
                of: first.connectionID,
                in: target.scope.tenant
            )
            return CommandError(
                .unavailable,
                "CIRCUIT_OPEN",
                "The provider has failed too often and is left alone for a while.",
                members: candidates(resolution),
                retryAfterSeconds: wait.map { Int($0.components.seconds) + 1 } ?? 1
            )
        }
        return CommandError(
            .unavailable,
            "NO_CONNECTION_AVAILABLE",
            "Every connection that may serve the workflow is out of service.",
            members: candidates(resolution),
            retryAfterSeconds: 30
        )
    }

    /// A denial is remembered before it is told.
    private func recordDenial(
        _ reasons: [String],
        _ policies: [PolicyID],
        _ wish: Wish,
        _ state: State,
        _ context: CommandContext
    ) async throws(CommandError) {
        var draft = AuditDraft(
            .decision,
            "capability.execute",
            outcome: .denied,
            by: context.caller.auditActor,
            at: context.now
        )
        draft.tenant = target.scope.tenant
        draft.environment = target.line.environment
        draft.blueprint = target.line.blueprint
        draft.resource = AuditResource(type: "capability", id: capability.text)
        draft.workflow = wish.workflow
        draft.capability = capability
        var distinct: [String] = []
        for reason in reasons where !distinct.contains(reason) { distinct.append(reason) }
        draft.decision = AuditDecision(
            isAllowed: false,
            reasons: distinct,
            policies: policies.map(\.text)
        )
        draft.revision = state.revision
        draft.requestID = context.requestID
        draft.traceparent = context.traceparent
        try await context.services.record(draft)
    }
}

extension CommandError {
    /// What a call that failed means to its caller.
    init(_ failure: CallFailure) {
        let kind: Kind =
            switch failure.reason.status {
            case 422: .invalid
            case 429: .limited
            case 503: .unavailable
            case 504: .timeout
            default: .badGateway
            }
        self.init(
            kind,
            failure.reason.code,
            failure.reason.detail,
            issues: failure.reason.issues,
            members: failure.members,
            retryAfterSeconds: failure.reason.retryAfterSeconds
        )
    }
}
