import Audit
import Execution
import JSON
import Ledger
import Model
import Resolver

extension ExecuteCapability {
    /// Tries the winner; when its breaker opened in the meantime, or its grant has ended, nothing was
    /// sent, and the next one serves.
    ///
    /// A request that is tried again under its `Idempotency-Key`, and may have reached a provider
    /// before, goes to the same connection or to none.
    func call(
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
        let decision = AuditDecision(resolution, context)
        var ended: CommandError?
        for server in try servers(resolution, context) {
            guard var call = call(server, wish, context) else { continue }
            call.passedOver = passedOver
            call.revision = state.revision
            call.decision = decision
            call.question = wish.question
            switch try await answer(to: call, wish, decision, context) {
            case .success(let answer): return answer
            case .failure(let failure):
                let id = server.connectionID.text
                switch failure.reason {
                case .circuitOpen:
                    passedOver.append(AuditPassedOver(connectionID: id, reason: "CIRCUIT_OPEN"))
                case .needsReauthorization:
                    ended = ended ?? Self.error(failure, of: call)
                    let reason = Connection.needsReauthorization
                    passedOver.append(AuditPassedOver(connectionID: id, reason: reason))
                default: throw Self.error(failure, of: call)
                }
            }
        }
        if let ended { throw ended }
        throw unavailable(resolution, passedOver, context)
    }

    private func answer(
        to call: CapabilityCall,
        _ wish: Wish,
        _ decision: AuditDecision,
        _ context: CommandContext
    ) async throws(CommandError) -> Result<CommandAnswer, CallFailure> {
        if wish.streams { return try await stream(call, decision, context) }
        return try await result(of: call, wish, context)
            .map { result in
                CommandAnswer(
                    body: .json(Self.json(result, decision)),
                    revision: context.services.revision
                )
            }
    }

    private func result(
        of call: CapabilityCall,
        _ wish: Wish,
        _ context: CommandContext
    ) async throws(CommandError) -> Result<CallResult, CallFailure> {
        let executor = context.services.executor
        guard let pages = wish.pages else { return await executor.execute(call) }
        guard call.operation.pagination != nil else {
            let detail = "the operation \(call.operation.id.text) does not answer in pages"
            let place = JSONPointer.root.appending("pages")
            throw .invalid([Issue(.invalidValue, at: place, detail)])
        }
        return await PageWalk(executor, pages: pages).run(call)
    }

    private static func json(_ result: CallResult, _ decision: AuditDecision) -> JSONValue {
        var object = result.json.object ?? [:]
        object["decisionId"] = decision.id.map { .string($0) }
        return .object(object)
    }

    /// Who may serve, in order.
    ///
    /// - Throws: `IDEMPOTENCY_IN_PROGRESS` when the connection of the first try can't serve now.
    private func servers(
        _ resolution: Resolution,
        _ context: CommandContext
    ) throws(CommandError) -> [Candidate] {
        guard let pinned = context.ticket?.pinned else { return resolution.servers }
        let same = resolution.servers.filter { $0.connectionID == pinned }
        guard same.isEmpty else { return same }
        var error = CommandError(
            .conflict,
            "IDEMPOTENCY_IN_PROGRESS",
            "The outcome of the first try is unknown, and its connection can't serve now: look at "
                + "the audit trail.",
            retryAfterSeconds: 30
        )
        error.effect = .repeatable(on: pinned)
        throw error
    }

    /// What a call that failed means to its caller, and to its `Idempotency-Key`.
    ///
    /// What the provider may have carried out is repeated only where the provider knows it again,
    /// and only on the same connection; else the key is answered this again.
    private static func error(_ failure: CallFailure, of call: CapabilityCall) -> CommandError {
        var error = CommandError(failure)
        error.rateLimit = RateLimitNote(failure, call.constraints)
        guard failure.mayHaveReachedProvider else { return error }
        let operation = call.operation
        let isRepeatable = operation.isIdempotent || operation.idempotencyHeader != nil
        error.effect = isRepeatable ? .repeatable(on: call.connection.id) : .spent
        return error
    }

    func call(
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
        call.trace = context.trace
        call.requestID = context.requestID
        return call
    }
}
