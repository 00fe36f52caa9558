public import Audit
public import JSON
public import Limits
public import Model
public import Outbound
import Platform
public import Secrets

/// The one door to providers (DESIGN section 3, law 4).
///
/// A call that gets here was resolved and permitted. Its input is checked, the connection's limits and
/// circuit breaker admit it, its secret is read, the request is rendered and sent, and what was sent
/// and answered is in the audit, durable, before the caller has the answer.
///
/// Breakers are in memory and begin anew with the process; so are limits, unless replicas share them
/// (`SharedLimits`).
public final class Executor: Sendable {
    let provider: Provider
    let gates: ConnectionGates
    /// Nil for a process that counts for itself.
    let desk: LeaseDesk?
    let audit: AuditTrail
    let configuration: ExecutionConfiguration
    let clock: ExecutionClock

    /// An executor that calls by `outbound`, with the secrets of `secrets`.
    ///
    /// - Parameters:
    ///   - outbound: What calls providers.
    ///   - secrets: What reads secrets.
    ///   - audit: Where calls are recorded.
    ///   - tokens: What gets access tokens; nil for one of its own. The health checker shares it.
    ///   - configuration: The bounds.
    ///   - sharedLimits: What counts calls over all replicas; nil for a process that is alone.
    ///   - tell: Hears when shared limits cannot be asked, and when they can again.
    ///   - clock: The clock.
    public init(
        outbound: OutboundClient,
        secrets: SecretKeeper,
        audit: AuditTrail,
        tokens: TokenBroker? = nil,
        configuration: ExecutionConfiguration = ExecutionConfiguration(),
        sharedLimits: (any SharedLimits)? = nil,
        tell: @escaping @Sendable (LimitsNotice) -> Void = { _ in },
        clock: ExecutionClock = .system
    ) {
        provider = Provider(
            effect: .call,
            outbound: outbound,
            secrets: secrets,
            tokens: tokens ?? TokenBroker(outbound: outbound, audit: audit, clock: clock),
            configuration: configuration,
            clock: clock
        )
        let gates = ConnectionGates(configuration, clock)
        self.gates = gates
        desk = sharedLimits.map { shared in
            LeaseDesk(
                shared,
                gates,
                failsOpen: configuration.sharedLimitsFailOpen,
                tell: tell,
                clock
            )
        }
        self.audit = audit
        self.configuration = configuration
        self.clock = clock
    }

    /// Executes a call.
    ///
    /// - Returns: The provider's answer, or why there is none; either names its audit record.
    public func execute(_ call: CapabilityCall) async -> Result<CallResult, CallFailure> {
        let start = clock.now()
        let calendar = clock.calendar()
        var course = CallCourse()
        let answer: AnswerReader.Success
        do throws(CallFailure.Reason) {
            answer = try await self.answer(to: call, since: start, &course)
        } catch {
            return .failure(await ended(call, error, course, since: start, at: calendar))
        }
        let latency = clock.now() - start
        do throws(CallFailure.Reason) {
            let draft = call.draft(nil, course, latency, at: Timestamp(milliseconds: calendar))
            let auditID = try await record(draft, wasSent: true)
            return .success(call.result(answer, course, latency, auditID))
        } catch {
            return .failure(call.failure(error, course, latency, nil))
        }
    }

    /// Writes the record of a call that has no result.
    func ended(
        _ call: CapabilityCall,
        _ reason: CallFailure.Reason,
        _ course: CallCourse,
        since start: MonotonicInstant,
        at calendar: Int64
    ) async -> CallFailure {
        let latency = clock.now() - start
        let time = Timestamp(milliseconds: calendar)
        do throws(CallFailure.Reason) {
            let draft = call.draft(reason, course, latency, at: time)
            let auditID = try await record(draft, wasSent: course.attempts > 0)
            return call.failure(reason, course, latency, auditID)
        } catch {
            return call.failure(error, course, latency, nil)
        }
    }

    /// Writes a record, durable when this returns its id.
    ///
    /// An answer that nobody can account for is not given, unless that was configured.
    func record(_ draft: AuditDraft, wasSent: Bool) async throws(CallFailure.Reason) -> String? {
        do throws(AuditError) {
            return try await audit.append(draft).id
        } catch {
            guard configuration.auditFailsOpen else { throw .auditUnavailable(wasSent: wasSent) }
            return nil
        }
    }

    private func answer(
        to call: CapabilityCall,
        since start: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> AnswerReader.Success {
        let begun = try await begin(call, since: start, streams: false, &course)
        var end = ConnectionGate.End()
        defer { gates.finish(begun.pass, end) }
        end.observe(begun.sent.last, of: call, configuration, clock)
        let answer = try AnswerReader(call.operation, begun.request, begun.scope, page: call.page)
            .read(begun.sent.last)
        end.isError = false
        return answer
    }

    /// A call that was sent; its pass is given back by whoever reads the answer.
    struct Begun: Sendable {
        let pass: ConnectionGates.Pass
        let scope: TemplateScope
        let request: RenderedRequest
        let sent: Provider.Outcome
    }

    /// The course of every call: audit, input, limits and breaker, secret, request, attempts.
    func begin(
        _ call: CapabilityCall,
        since start: MonotonicInstant,
        streams: Bool,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> Begun {
        let deadline = start + min(max(call.timeout, .milliseconds(1)), CapabilityCall.timeoutMax)
        try checkAudit()
        try call.checkInput()
        try call.checkConfig()
        let pass = try await admit(call, until: deadline)
        do throws(CallFailure.Reason) {
            var prepared = try await request(of: call, until: deadline, &course)
            var sent = await send(call, prepared, pass, streams: streams, until: deadline)
            course.take(sent)
            let newer = await provider.replacement(
                after: sent,
                of: prepared.scope.token,
                prepared.demand,
                until: deadline
            )
            if let newer, await admitRetry(pass, call.constraints, until: deadline) {
                prepared.scope.token = newer
                prepared.request = try render(
                    call,
                    prepared.scope,
                    prepared.idempotencyKey,
                    &course
                )
                sent = await send(call, prepared, pass, streams: streams, until: deadline)
                course.take(sent)
            }
            return Begun(
                pass: pass,
                scope: prepared.scope,
                request: prepared.request,
                sent: sent
            )
        } catch {
            gates.finish(pass, ConnectionGate.End())
            throw error
        }
    }

    private func send(
        _ call: CapabilityCall,
        _ prepared: Prepared,
        _ pass: ConnectionGates.Pass,
        streams: Bool,
        until deadline: MonotonicInstant
    ) async -> Provider.Outcome {
        await provider.send(
            prepared.request.request,
            RetryRule(call.operation, configuration),
            streams: streams,
            attemptCountMax: configuration.attemptCountMax,
            until: deadline
        ) { await admitRetry(pass, call.constraints, until: deadline) }
    }

    private func request(
        of call: CapabilityCall,
        until deadline: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> Prepared {
        let secret = try await provider.secret(
            call.connection.secretReference,
            of: call.connection.tenant,
            call.spec,
            call.operation,
            until: deadline
        )
        course.secret = secret
        var scope = TemplateScope(input: call.input, config: call.config, secret: secret)
        let demand = try provider.demand(call.spec, call.connection, scope)
        scope.token = try await provider.token(demand, until: deadline)
        let key = call.idempotencyKey ?? UUIDv7.make(now: clock.calendar())
        return Prepared(
            scope: scope,
            request: try render(call, scope, key, &course),
            demand: demand,
            idempotencyKey: key
        )
    }

    /// A request and what it was made of.
    private struct Prepared {
        var scope: TemplateScope
        var request: RenderedRequest
        let demand: TokenDemand?
        /// The caller's, or one made for this call: whatever is sent for it carries the same, also
        /// what is rendered anew, or the provider would take it for another payment.
        let idempotencyKey: String
    }

    private func render(
        _ call: CapabilityCall,
        _ scope: TemplateScope,
        _ idempotencyKey: String,
        _ course: inout CallCourse
    ) throws(CallFailure.Reason) -> RenderedRequest {
        let request = try provider.render(
            call.spec,
            call.operation,
            scope,
            trace: call.trace,
            idempotencyKey: idempotencyKey,
            page: call.page
        )
        course.take(request)
        return request
    }

    private func admit(
        _ call: CapabilityCall,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> ConnectionGates.Pass {
        let callClass = call.operation.callClass
        guard let desk else { return try gates.admit(call.gateKey, callClass, call.constraints) }
        return try await desk.admit(call.gateKey, callClass, call.constraints, until: deadline)
    }

    private func admitRetry(
        _ pass: ConnectionGates.Pass,
        _ constraints: Constraints,
        until deadline: MonotonicInstant
    ) async -> Bool {
        guard let desk else { return gates.admitRetry(pass, constraints) }
        return await desk.admitRetry(pass, constraints, until: deadline)
    }

    /// The request that a call would send, as its audit record would show it; nothing is sent, and no
    /// secret is read: what would stand in its place is `AuditRedaction.mark`.
    public func preview(_ call: CapabilityCall) throws(CallFailure.Reason) -> JSONValue {
        try call.checkInput()
        try call.checkConfig()
        let secret = SecretMask(call.spec, call.operation).secret
        var scope = TemplateScope(input: call.input, config: call.config, secret: secret)
        if call.spec.oauth != nil {
            let mark = SecretBytes(Array(AuditRedaction.mark.utf8))
            scope.token = AccessToken(mark, lifetime: nil, now: clock.now())
        }
        var course = CallCourse()
        course.take(
            try provider.render(
                call.spec,
                call.operation,
                scope,
                trace: call.trace,
                idempotencyKey: call.idempotencyKey
            )
        )
        return course.audited(call.spec)?.request.json ?? .null
    }

    private func checkAudit() throws(CallFailure.Reason) {
        guard configuration.auditFailsOpen || audit.failure == nil else {
            throw .auditUnavailable(wasSent: false)
        }
    }

    /// The usage of a connection as the API writes it (API section 10).
    ///
    /// Limits that replicas share are asked for; while they cannot be, it is what was known last.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - constraints: The limits that apply to it: the spec's, tightened by its own.
    /// - Returns: An object.
    public func usage(of connection: Connection, _ constraints: Constraints) async -> JSONValue {
        await desk?.look(connection.gateKey, constraints)
        return gates.usage(connection.gateKey, constraints)
    }

    /// After how long the connection's circuit breaker lets a call of the class through; nil when it
    /// does now.
    public func circuitOpenTime(
        of connection: ConnectionID,
        _ callClass: Operation.CallClass,
        in tenant: TenantID
    ) -> Duration? {
        gates.openTime(ConnectionGates.Key(tenant: tenant, connection: connection), callClass)
    }

    /// How much the connection's provider says that it allows within its own window; nil when it has
    /// not said so.
    public func providerLimit(of connection: Connection) -> Int64? {
        gates.providerLimit(connection.gateKey)
    }

    /// Whether some connection's circuit breaker may be open; false is certain.
    public var mayHaveOpenBreaker: Bool { gates.mayHaveOpenBreaker }

    /// Has the next who needs a secret read it anew.
    public func forgetSecret(_ reference: SecretReference) {
        provider.secrets.invalidate(reference)
    }

    /// Names who is told of the ends of grants; there is one.
    public func tell(_ observer: any TokenObserver) { provider.tokens.tell(observer) }

    /// The metrics of shared limits in the Prometheus format; empty for a process that is alone.
    public var limitMetrics: String { desk?.metrics ?? "" }

    /// Gives back what is leased of shared limits; calls of limited connections are refused then.
    public func close() async { await desk?.close() }

    /// Forgets the limits, the breaker and the tokens of a connection that was deleted.
    public func forget(_ connection: ConnectionID, of tenant: TenantID) {
        gates.forget(ConnectionGates.Key(tenant: tenant, connection: connection))
        provider.tokens.forget(connection, of: tenant)
    }
}

extension Connection {
    /// What its limits are counted under.
    fileprivate var gateKey: ConnectionGates.Key {
        ConnectionGates.Key(tenant: tenant, connection: id)
    }
}

extension CapabilityCall {
    /// What its limits are counted under.
    fileprivate var gateKey: ConnectionGates.Key { connection.gateKey }
}
