public import Audit
public import JSON
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
/// Limits and breakers are in memory and begin anew with the process.
public final class Executor: Sendable {
    let provider: Provider
    private let gates: ConnectionGates
    private let audit: AuditTrail
    private let configuration: ExecutionConfiguration
    let clock: ExecutionClock

    /// An executor that calls by `outbound`, with the secrets of `secrets`.
    ///
    /// Executor and health checker share one broker, or each asks for tokens of its own.
    public init(
        outbound: OutboundClient,
        secrets: SecretKeeper,
        audit: AuditTrail,
        tokens: TokenBroker? = nil,
        configuration: ExecutionConfiguration = ExecutionConfiguration(),
        clock: ExecutionClock = .system
    ) {
        provider = Provider(
            outbound: outbound,
            secrets: secrets,
            tokens: tokens ?? TokenBroker(outbound: outbound, clock: clock),
            configuration: configuration,
            clock: clock
        )
        gates = ConnectionGates(configuration, clock)
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
        var result: Result<AnswerReader.Success, CallFailure.Reason>
        do throws(CallFailure.Reason) {
            result = .success(try await answer(to: call, since: start, &course))
        } catch {
            result = .failure(error)
        }
        let latency = clock.now() - start
        var auditID: String?
        do throws(AuditError) {
            let draft = call.draft(result, course, latency, at: Timestamp(milliseconds: calendar))
            auditID = try await audit.append(draft).id
        } catch {
            // An answer that nobody can account for is not given, unless that was configured.
            if !configuration.auditFailsOpen {
                result = .failure(.auditUnavailable(wasSent: course.attempts > 0))
            }
        }
        return call.result(result, course, latency, auditID)
    }

    /// Checks what can be known of a call without making it: whether its input fits.
    public func check(_ call: CapabilityCall) throws(CallFailure.Reason) { try call.checkInput() }

    private func answer(
        to call: CapabilityCall,
        since start: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> AnswerReader.Success {
        let deadline = start + min(max(call.timeout, .milliseconds(1)), CapabilityCall.timeoutMax)
        try checkAudit()
        try call.checkInput()
        let pass = try gates.admit(call.gateKey, call.constraints)
        var outcome = CircuitBreaker.Outcome.none
        var isError = true
        defer { gates.finish(pass, outcome, isError: isError) }
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
        let (first, request) = try await send(call, scope, pass, until: deadline, &course)
        outcome = first.last.breakerOutcome
        var last = (sent: first, request: request)
        let newer = await provider.replacement(
            after: first,
            of: scope.token,
            demand,
            until: deadline
        )
        if let newer, gates.admitRetry(pass, call.constraints) {
            scope.token = newer
            last = try await send(call, scope, pass, until: deadline, &course)
            outcome = last.sent.last.breakerOutcome
        }
        let answer = try AnswerReader(call.operation, last.request, secret).read(last.sent.last)
        isError = false
        return answer
    }

    /// Renders the call's request and sends it, as often as the rule lets it.
    private func send(
        _ call: CapabilityCall,
        _ scope: TemplateScope,
        _ pass: ConnectionGates.Pass,
        until deadline: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> (sent: Provider.Outcome, request: RenderedRequest) {
        let request = try provider.render(
            call.spec,
            call.operation,
            scope,
            trace: call.trace,
            idempotencyKey: call.idempotencyKey
        )
        course.take(request)
        let sent = await provider.send(
            request.request,
            RetryRule(call.operation, configuration),
            attemptCountMax: configuration.attemptCountMax - course.attempts,
            until: deadline
        ) { gates.admitRetry(pass, call.constraints) }
        course.take(sent)
        return (sent, request)
    }

    private func checkAudit() throws(CallFailure.Reason) {
        guard configuration.auditFailsOpen || audit.failure == nil else {
            throw .auditUnavailable(wasSent: false)
        }
    }

    /// The usage of a connection as the API writes it (API section 10).
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - constraints: The limits that apply to it: the spec's, tightened by its own.
    /// - Returns: An object.
    public func usage(of connection: Connection, _ constraints: Constraints) -> JSONValue {
        gates.usage(connection.gateKey, constraints)
    }

    /// After how long the connection's circuit breaker lets a call through; nil when it does now.
    public func circuitOpenTime(of connection: ConnectionID, in tenant: TenantID) -> Duration? {
        gates.openTime(ConnectionGates.Key(tenant: tenant, connection: connection))
    }

    /// Whether some connection's circuit breaker may be open; false is certain.
    public var mayHaveOpenBreaker: Bool { gates.mayHaveOpenBreaker }

    /// Has the next who needs a secret read it anew.
    public func forgetSecret(_ reference: SecretReference) {
        provider.secrets.invalidate(reference)
    }

    /// Names who is told of the ends of grants; there is one.
    public func tell(_ observer: any TokenObserver) { provider.tokens.tell(observer) }

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
