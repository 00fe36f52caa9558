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
        var passedOver = resolution.auditedPassedOver
        let decision = AuditDecision(resolution, context)
        var ended: CommandError?
        let servers = servers(resolution, context)
        if servers.isEmpty, let pinned = context.ticket?.pinned {
            throw try await refusal(Self.isBound(to: pinned), wish, state, context, decision)
        }
        for server in servers {
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
                    ended = ended ?? error(failure, of: call, context)
                    let reason = Connection.needsReauthorization
                    passedOver.append(AuditPassedOver(connectionID: id, reason: reason))
                default: throw error(failure, of: call, context)
                }
            }
        }
        if var ended {
            ended.members["passedOver"] = .array(passedOver.map(\.json))
            throw ended
        }
        throw try await refusal(
            unavailable(resolution, passedOver, context),
            wish,
            state,
            context,
            decision,
            passedOver: passedOver
        )
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

    /// Who may serve, in order; nobody when the connection of a first try can't serve now.
    private func servers(_ resolution: Resolution, _ context: CommandContext) -> [Candidate] {
        guard let pinned = context.ticket?.pinned else { return resolution.servers }
        return resolution.servers.filter { $0.connectionID == pinned }
    }

    private static func isBound(to connection: ConnectionID) -> CommandError {
        var error = CommandError(
            .conflict,
            "IDEMPOTENCY_IN_PROGRESS",
            "The outcome of the first try is unknown, and its connection can't serve now: look at "
                + "the audit trail.",
            retryAfterSeconds: 30
        )
        error.effect = .repeatable(on: connection)
        return error
    }

    /// What a call that failed means to its caller, and to its `Idempotency-Key`.
    private func error(
        _ failure: CallFailure,
        of call: CapabilityCall,
        _ context: CommandContext
    ) -> CommandError {
        var error = CommandError(failure)
        error.rateLimit = RateLimitNote(failure, call.constraints) {
            context.services.executor.providerLimit(of: call.connection)
        }
        error.effect = Self.effect(of: failure, call)
        return error
    }

    /// What is known of a call that failed.
    ///
    /// An error that the provider has answered is how the call ended, and the key is answered it
    /// again. What nobody knows the end of, and what the provider has put off (429), is repeated only
    /// where the provider knows it again, and only on the same connection.
    private static func effect(
        of failure: CallFailure,
        _ call: CapabilityCall
    ) -> CommandError.Effect {
        guard failure.mayHaveReachedProvider else {
            // The same input is refused again; all else may be mended until the next try.
            if case .invalidInput = failure.reason { return .none }
            return .refusedForNow
        }
        let operation = call.operation
        let isRepeatable = operation.isIdempotent || operation.idempotencyHeader != nil
        guard isRepeatable else { return .spent }
        if case .providerError(let error) = failure.reason, error.isOutcome { return .spent }
        return .repeatable(on: call.connection.id)
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
