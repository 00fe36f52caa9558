import JSON
import Model
import Outbound
import Platform
import Secrets

/// The one way from here to a provider: its secret, its request, its answer.
struct Provider: Sendable {
    /// The longest wait for a connection to the provider.
    private static let connectTimeoutMax = Duration.seconds(10)

    /// Why requests are sent by it.
    let effect: OutboundEffect
    let outbound: OutboundClient
    let secrets: SecretKeeper
    let tokens: TokenBroker
    let configuration: ExecutionConfiguration
    let clock: ExecutionClock

    /// The secret that a call needs; nil when it needs none.
    func secret(
        _ reference: SecretReference?,
        of tenant: TenantID,
        _ spec: IntegrationSpec,
        _ operation: Operation,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> Secret? {
        guard RequestRenderer.needsSecret(spec, operation) else { return nil }
        return try await secret(
            reference,
            of: tenant,
            fields: spec.secretFields,
            until: deadline
        )
    }

    /// A connection's secret.
    func secret(
        _ reference: SecretReference?,
        of tenant: TenantID,
        fields: Set<String>,
        until deadline: MonotonicInstant
    ) async throws(CallFailure.Reason) -> Secret {
        guard let reference else {
            throw .secretUnavailable(detail: "the connection has no secretRef")
        }
        let secrets = secrets
        let result = await Race.result(within: deadline - clock.now()) {
            do throws(SecretError) {
                let secret = try await secrets.secret(
                    reference,
                    of: tenant,
                    declaredFields: fields
                )
                return Result<Secret, SecretError>.success(secret)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let secret): return secret
        case .failure(let error): throw .secretUnavailable(detail: error.detail)
        case nil:
            let detail = "\(reference.text): was not read within the time of the call"
            throw .secretUnavailable(detail: detail)
        }
    }

    /// The request of an operation.
    ///
    /// Without a key it gets one of its own, anew each time: what may be rendered twice brings one.
    func render(
        _ spec: IntegrationSpec,
        _ operation: Operation,
        _ scope: TemplateScope,
        trace: TraceContext?,
        idempotencyKey: String?,
        page: PageStep? = nil
    ) throws(CallFailure.Reason) -> RenderedRequest {
        let extras = RequestRenderer.Extras(
            effect: effect,
            trace: trace?.child() ?? .begin(),
            idempotencyKey: idempotencyKey ?? UUIDv7.make(now: clock.calendar()),
            userAgent: configuration.userAgent,
            responseByteCountMax: configuration.responseByteCountMax,
            now: { [calendar = clock.calendar] in Timestamp(milliseconds: calendar()) },
            page: page
        )
        do throws(RenderFailure) {
            return try RequestRenderer(spec, operation, scope).render(extras)
        } catch {
            throw error.reason
        }
    }

    /// How a call to the provider ended.
    struct Outcome: Sendable {
        /// How often the provider was called.
        let attempts: Int
        /// How the last attempt ended.
        let last: Attempt
        /// Whether the provider may have seen any of them.
        let mayHaveReachedProvider: Bool
    }

    /// Sends a request, and again as far as the rule, the time and `mayRetry` let it, which is asked
    /// before each further attempt, unless the last one never reached the provider.
    func send(
        _ request: OutboundRequest,
        _ rule: RetryRule,
        streams: Bool = false,
        attemptCountMax: Int,
        until deadline: MonotonicInstant,
        mayRetry: () async -> Bool
    ) async -> Outcome {
        var count = 0
        var hasReached = false
        func outcome(_ attempt: Attempt) -> Outcome {
            Outcome(attempts: count, last: attempt, mayHaveReachedProvider: hasReached)
        }
        while true {
            let attempt = await attempt(request, streams: streams, until: deadline)
            guard attempt.wasMade else { return outcome(attempt) }
            count += 1
            hasReached = hasReached || attempt.mayHaveReachedProvider
            guard count < attemptCountMax,
                let wait = rule.wait(after: attempt, count: count, clock),
                clock.now() + wait < deadline, !Task.isCancelled
            else { return outcome(attempt) }
            // What never reached the provider has used nothing of its limits.
            if attempt.mayHaveReachedProvider, await !mayRetry() { return outcome(attempt) }
            await clock.sleep(wait)
        }
    }

    private func attempt(
        _ request: OutboundRequest,
        streams: Bool,
        until deadline: MonotonicInstant
    ) async -> Attempt {
        let left = deadline - clock.now()
        guard left >= .milliseconds(1) else { return .outOfTime }
        var request = request
        request.timeout = left
        request.connectTimeout = min(left, Self.connectTimeoutMax)
        do throws(OutboundError) {
            guard streams else { return .answer(try await outbound.send(request)) }
            request.streamByteCountMax = StreamedCall.byteCountMax
            // Unfolded here, a compressed body would not be held back by a slow reader.
            request.acceptsGzip = false
            switch try await outbound.open(request) {
            case .stream(let stream): return .stream(stream)
            case .whole(let response): return .answer(response)
            }
        } catch {
            return .failure(error)
        }
    }
}

extension Attempt {
    /// Whether it was tried to send anything: not without time for it, or a turn.
    fileprivate var wasMade: Bool {
        switch self {
        case .answer, .stream: true
        case .failure(let error): error.code != .overloaded || error.mayHaveReachedServer
        case .outOfTime: false
        }
    }

    /// Whether the provider may have seen the request.
    fileprivate var mayHaveReachedProvider: Bool {
        switch self {
        case .answer, .stream: true
        case .failure(let error): error.mayHaveReachedServer
        case .outOfTime: false
        }
    }
}
