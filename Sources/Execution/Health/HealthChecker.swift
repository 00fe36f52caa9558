public import Audit
public import JSON
public import Model
public import Outbound
import Platform
public import Secrets

/// Checks whether a connection works, by the operation that its spec names for this (API section 8).
///
/// A check spends no tokens, opens no circuit breaker, is made once without a retry, and leaves an
/// audit record.
public final class HealthChecker: Sendable {
    private let provider: Provider
    private let audit: AuditTrail
    private let clock: ExecutionClock

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
            outbound: outbound,
            secrets: secrets,
            tokens: tokens ?? TokenBroker(outbound: outbound, clock: clock),
            configuration: configuration,
            clock: clock
        )
        self.audit = audit
        self.clock = clock
    }

    /// Names who is told of the ends of grants; there is one.
    public func tell(_ observer: any TokenObserver) { provider.tokens.tell(observer) }

    /// The connection's health after a check.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - spec: Its spec; one without a health check leaves the health unknown.
    ///   - config: The schema's defaults with the connection's own config.
    ///   - previous: Its health before.
    ///   - secretReference: A secret to check in place of the connection's: before it takes over.
    ///   - actor: Who asked for the check; nil for the server itself.
    ///   - requestID: The request that asked for it, if any.
    /// - Returns: The health, without a time of the check when there was none.
    public func check(
        _ connection: Connection,
        _ spec: IntegrationSpec,
        config: JSONObject,
        previous: ConnectionHealth,
        secretReference: SecretReference? = nil,
        actor: AuditActor? = nil,
        requestID: String? = nil
    ) async -> ConnectionHealth {
        guard let check = spec.healthCheck, let operation = spec.operations[check.operation] else {
            return .unknown
        }
        let start = clock.now()
        let now = Timestamp(milliseconds: clock.calendar())
        var course = CallCourse()
        let failure = await failure(
            of: Call(
                connection: connection,
                spec: spec,
                operation: operation,
                config: config,
                tenant: connection.tenant,
                secretReference: secretReference ?? connection.secretReference,
                deadline: start + .milliseconds(check.timeoutMilliseconds)
            ),
            &course
        )
        let latency = clock.now() - start
        let actor = actor ?? .system("health")
        var draft = AuditDraft(.health, "connection.check", outcome: .success, by: actor, at: now)
        draft.requestID = requestID
        draft.latency = latency
        draft.describe(connection, operation, failure)
        course.describe(in: &draft, spec)
        await record(draft)
        guard let failure else {
            return previous.afterSuccess(
                at: now,
                latencyMilliseconds: latency.milliseconds,
                check: check
            )
        }
        return previous.afterFailure(
            at: now,
            latencyMilliseconds: latency.milliseconds,
            code: failure.code,
            message: failure.detail,
            check: check
        )
    }

    private struct Call {
        let connection: Connection
        let spec: IntegrationSpec
        let operation: Operation
        let config: JSONObject
        let tenant: TenantID
        let secretReference: SecretReference?
        let deadline: MonotonicInstant
    }

    /// Why the check's call did not succeed; nil when it did.
    private func failure(
        of call: Call,
        _ course: inout CallCourse
    ) async -> CallFailure.Reason? {
        do throws(CallFailure.Reason) {
            let secret = try await provider.secret(
                call.secretReference,
                of: call.tenant,
                call.spec,
                call.operation,
                until: call.deadline
            )
            course.secret = secret
            var scope = TemplateScope(input: [:], config: call.config, secret: secret)
            let demand = try provider.demand(
                call.spec,
                call.connection,
                reference: call.secretReference,
                scope
            )
            scope.token = try await provider.token(demand, until: call.deadline)
            var sent = try await send(call, scope, &course)
            let newer = await provider.replacement(
                after: sent.outcome,
                of: scope.token,
                demand,
                until: call.deadline
            )
            if let newer {
                scope.token = newer
                sent = try await send(call, scope, &course)
            }
            _ = try AnswerReader(call.operation, sent.request, secret).read(sent.outcome.last)
            return nil
        } catch {
            return error
        }
    }

    /// Sends the check's request, once.
    private func send(
        _ call: Call,
        _ scope: TemplateScope,
        _ course: inout CallCourse
    ) async throws(CallFailure.Reason) -> (outcome: Provider.Outcome, request: RenderedRequest) {
        let request = try provider.render(
            call.spec,
            call.operation,
            scope,
            trace: nil,
            idempotencyKey: nil
        )
        course.take(request)
        let outcome = await provider.send(
            request.request,
            RetryRule(call.operation, provider.configuration),
            attemptCountMax: 1,
            until: call.deadline
        ) { false }
        course.take(outcome)
        return (outcome, request)
    }

    private func record(_ draft: AuditDraft) async {
        do throws(AuditError) {
            _ = try await audit.append(draft)
        } catch {
            // The trail keeps the reason in `failure`, which stops calls and shows in readiness; the
            // health that was found is true all the same.
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
