import Model
import Outbound

/// How an attempt to call the provider ended.
enum Attempt: Sendable {
    /// The provider answered, whatever its status.
    case answer(OutboundResponse)
    /// The provider answered 200 to 299, and its body is still to come.
    case stream(OutboundStream)
    /// There is no answer.
    case failure(OutboundError)
    /// There was no time left for it; nothing was sent.
    case outOfTime
}

/// Whether and when a call is tried again (API section 7): only what is safe and worth it.
///
/// A call is safe to repeat when the operation is idempotent, or carries an idempotency key that all
/// attempts share. One that certainly never reached the provider may be repeated whatever it is.
struct RetryRule: Sendable {
    private static let statuses: Set<Int> = [429, 502, 503, 504]

    private let isRepeatable: Bool
    private let retryable: Set<Int>
    private let backoffBase: Duration
    private let backoffMax: Duration

    init(_ operation: Operation, _ configuration: ExecutionConfiguration) {
        isRepeatable = operation.isIdempotent || operation.idempotencyHeader != nil
        retryable = Self.statuses.union(operation.retryableStatuses)
        backoffBase = configuration.backoffBase
        backoffMax = configuration.backoffMax
    }

    /// How long to wait before the next attempt, after `count` attempts of which the last one ended
    /// like this; nil when there must be none.
    func wait(after attempt: Attempt, count: Int, _ clock: ExecutionClock) -> Duration? {
        switch attempt {
        case .outOfTime, .stream: return nil
        case .answer(let response):
            guard isRepeatable, retryable.contains(response.status) else { return nil }
            let header = response.header("retry-after")
            let asked = header.flatMap { RetryAfter.wait($0, now: clock.calendar()) }
            return asked ?? backoff(count, clock)
        case .failure(let error):
            return isWorthRepeating(error) ? backoff(count, clock) : nil
        }
    }

    private func isWorthRepeating(_ error: OutboundError) -> Bool {
        switch error.code {
        case .unreachable, .timeout, .droppedBeforeAnswer:
            isRepeatable || !error.mayHaveReachedServer
        // These would end in the same way.
        case .addressRefused, .tls, .malformedAnswer, .responseTooLarge, .invalidRequest,
            .cancelled, .overloaded:
            false
        }
    }

    /// Full jitter: anything up to a time that doubles, so that callers which failed together do not
    /// come back together.
    func backoff(_ count: Int, _ clock: ExecutionClock) -> Duration {
        let doubled = backoffBase * (1 << min(count - 1, 20))
        return min(doubled, backoffMax) * clock.fraction()
    }
}
