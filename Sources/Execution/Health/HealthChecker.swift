public import Audit
import JSON
public import Model
public import Outbound
import Platform
public import Secrets

/// Checks whether a connection works, by the operation that its spec names for this (API section 8).
///
/// A check spends no tokens, opens no circuit breaker, is made once without a retry, and leaves an
/// audit record.
public final class HealthChecker: Sendable {
    let provider: Provider
    private let audit: AuditTrail
    let clock: ExecutionClock

    /// A checker that calls by `outbound`, with the secrets of `secrets`.
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
            effect: .healthCheck,
            outbound: outbound,
            secrets: secrets,
            tokens: tokens ?? TokenBroker(outbound: outbound, audit: audit, clock: clock),
            configuration: configuration,
            clock: clock
        )
        self.audit = audit
        self.clock = clock
    }

    /// Names who is told of the ends of grants; there is one.
    public func tell(_ observer: any TokenObserver) { provider.tokens.tell(observer) }

    /// The connection's health after a check that was asked for; the check is in the audit.
    ///
    /// - Parameters:
    ///   - question: What is checked, and for whom.
    ///   - previous: Its health before.
    /// - Returns: The health, without a time of the check when the spec names none.
    public func check(
        _ question: HealthQuestion,
        previous: ConnectionHealth
    ) async -> ConnectionHealth {
        guard let probe = await probe(question) else { return .unknown }
        let next = probe.health(after: previous)
        await record(probe, previous, next)
        return next
    }

    /// The connection's health after a check that was asked for by somebody who waits no longer than
    /// `bound`, whatever the spec says; the check is in the audit.
    ///
    /// - Returns: The health; nil when the time was over before the provider had its own.
    public func check(
        _ question: HealthQuestion,
        previous: ConnectionHealth,
        within bound: Duration
    ) async -> ConnectionHealth? {
        guard let probe = await probe(question, within: bound) else { return .unknown }
        // The provider was called all the same, which is told; what its health is, nobody knows.
        let next = probe.isCut ? previous : probe.health(after: previous)
        await record(probe, previous, next)
        return probe.isCut ? nil : next
    }

    /// Calls the operation that the spec names; nil when it names none.
    ///
    /// It is made once, spends no tokens, is counted by no breaker, and is recorded nowhere yet.
    ///
    /// - Parameters:
    ///   - question: What is checked, and for whom.
    ///   - bound: How long it may take at most; nil for as long as the spec says.
    /// - Returns: What was found.
    public func probe(
        _ question: HealthQuestion,
        within bound: Duration? = nil
    ) async -> HealthProbe? {
        guard let check = question.spec.healthCheck,
            let operation = question.spec.operations[check.operation]
        else { return nil }
        let own = Duration.milliseconds(check.timeoutMilliseconds)
        let time = min(own, bound ?? own)
        let called = await call(question, operation, within: time, action: "connection.check")
        return HealthProbe(
            check: check,
            at: called.draft.occurredAt,
            latency: called.latency,
            failure: called.failure,
            isCut: called.failure != nil && time < own && called.latency >= time,
            draft: called.draft
        )
    }

    /// Records a check, with the health before and after it where its status changed; durable when
    /// it returns true.
    ///
    /// - Returns: Whether it is recorded. Where not, the trail keeps the reason in `failure`, which stops
    ///   calls and shows in readiness, and a change of status is kept by nobody who keeps to the trail.
    @discardableResult
    public func record(
        _ probe: HealthProbe,
        _ previous: ConnectionHealth,
        _ next: ConnectionHealth
    ) async -> Bool {
        var draft = probe.draft
        if previous.status != next.status {
            draft.before = ["health": previous.json]
            draft.after = ["health": next.json]
        }
        return await record(draft)
    }

    /// How a call ended that checks something.
    struct Called {
        let latency: Duration
        let failure: CallFailure.Reason?
        let output: JSONValue
        let response: OutboundResponse?
        /// Takes the credentials of the call out of what the provider echoes.
        let redaction: ValueRedaction
        let draft: AuditDraft
    }

    /// Calls an operation without input, once.
    func call(
        _ question: HealthQuestion,
        _ operation: Operation,
        within timeout: Duration,
        action: String
    ) async -> Called {
        let start = clock.now()
        let now = Timestamp(milliseconds: clock.calendar())
        var course = CallCourse()
        var failure: CallFailure.Reason?
        var output = JSONValue.null
        do throws(CallFailure.Reason) {
            output = try await answer(question, operation, until: start + timeout, &course)
        } catch {
            failure = error
        }
        let latency = clock.now() - start
        let actor = question.actor ?? .system("health")
        var draft = AuditDraft(.health, action, outcome: .success, by: actor, at: now)
        draft.requestID = question.requestID
        draft.revision = question.revision
        draft.reason = question.reason
        draft.latency = latency
        draft.describe(question.connection, operation, failure)
        course.describe(in: &draft, question.spec)
        return Called(
            latency: latency,
            failure: failure,
            output: output,
            response: course.response,
            redaction: ValueRedaction(
                (course.secret?.values ?? []) + (course.request?.credentials ?? [])
            ),
            draft: draft
        )
    }

    /// What the provider answered.
    private func answer(
        _ question: HealthQuestion,
        _ operation: Operation,
        until deadline: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> JSONValue {
        let spec = question.spec
        let secret = try await provider.secret(
            question.secretReference ?? question.connection.secretReference,
            of: question.connection.tenant,
            spec,
            operation,
            until: deadline
        )
        course.secret = secret
        var scope = TemplateScope(input: [:], config: question.config, secret: secret)
        let demand = try provider.demand(
            spec,
            question.connection,
            reference: question.secretReference,
            scope
        )
        scope.token = try await provider.token(demand, until: deadline)
        var sent = try await send(spec, operation, scope, until: deadline, &course)
        let newer = await provider.replacement(
            after: sent.outcome,
            of: scope.token,
            demand,
            until: deadline
        )
        if let newer {
            scope.token = newer
            sent = try await send(spec, operation, scope, until: deadline, &course)
        }
        return try AnswerReader(operation, sent.request, scope).read(sent.outcome.last).output
    }

    /// Sends the request, once.
    private func send(
        _ spec: IntegrationSpec,
        _ operation: Operation,
        _ scope: TemplateScope,
        until deadline: MonotonicInstant,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> (outcome: Provider.Outcome, request: RenderedRequest) {
        let request = try provider.render(
            spec,
            operation,
            scope,
            trace: nil,
            idempotencyKey: nil
        )
        course.take(request)
        let outcome = await provider.send(
            request.request,
            RetryRule(operation, provider.configuration),
            attemptCountMax: 1,
            until: deadline
        ) { false }
        course.take(outcome)
        return (outcome, request)
    }

    @discardableResult
    func record(_ draft: AuditDraft) async -> Bool {
        do throws(AuditError) {
            _ = try await audit.append(draft)
            return true
        } catch {
            return false
        }
    }
}

extension AuditDraft {
    /// Says what was checked, and how it went.
    fileprivate mutating func describe(
        _ connection: Connection,
        _ operation: Operation,
        _ failure: CallFailure.Reason?
    ) {
        tenant = connection.tenant
        environment = connection.environment
        self.connection = connection.id
        resource = AuditResource(type: "connection", id: connection.id.text)
        self.operation = operation.id
        guard let failure else { return }
        outcome = .failure
        self.failure = AuditFailure(code: failure.code, detail: failure.detail)
    }
}
