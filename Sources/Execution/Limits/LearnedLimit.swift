import JSON
import Model
import Outbound
import Platform

/// What a provider says of its own limits, in the headers of its answers.
///
/// It knows what else its account is used for, which this server does not: a provider that has said
/// that nothing is left is not called until it takes calls again.
struct LearnedLimit: Sendable {
    /// The longest time that a provider is left alone on its own word.
    static let waitMax = Duration.seconds(3600)

    /// What one answer said; nil for what it did not say.
    struct Observation: Sendable {
        /// Calls in the provider's window.
        var limit: Int64?
        /// Calls left in it.
        var remaining: Int64?
        /// When the window ends.
        var resetIn: Duration?
        /// After how long the provider takes calls again; nil when it takes them now.
        var holdFor: Duration?

        init() {}

        /// Reads the headers `Retry-After` of a 429 (RFC 6585), `RateLimit` (the IETF's draft, since
        /// its seventh version), `RateLimit-…` (up to its sixth), and their older cousins
        /// `X-RateLimit-…`.
        ///
        /// `calendar` is the time, in milliseconds since 1970.
        init(_ status: Int, calendar: Int64, header: (String) -> String?) {
            let policy = header("ratelimit-policy")
            let field = header("ratelimit").flatMap { RateLimitField($0, policy: policy) }
            if let field {
                limit = field.limit
                remaining = field.remaining
                resetIn = field.resetSeconds.map { .seconds($0) }
            } else {
                limit = Self.number("limit", header)
                remaining = Self.number("remaining", header)
                resetIn = Self.number("reset", header)
                    .map { Self.duration(until: $0, calendar: calendar) }
            }
            let asked = header("retry-after")
                .flatMap { RetryAfter.wait($0, now: calendar) }
            if status == 429 {
                holdFor = asked ?? (remaining == 0 ? resetIn : nil)
            } else if remaining == 0 {
                holdFor = resetIn
            }
        }

        /// What a whole answer says.
        init(_ response: OutboundResponse, calendar: Int64) {
            self.init(response.status, calendar: calendar) { response.header($0) }
        }

        private static func number(_ name: String, _ header: (String) -> String?) -> Int64? {
            for prefix in ["ratelimit-", "x-ratelimit-", "x-rate-limit-"] {
                guard let text = header(prefix + name) else { continue }
                // A list, such as `100, 100;w=60`, begins with what applies; fractions are cut.
                return Int64(text.prefix { ("0"..."9").contains($0) })
            }
            return nil
        }

        /// Seconds from now, or a moment since 1970, in seconds or milliseconds: providers do
        /// either, and the numbers do not overlap.
        private static func duration(until value: Int64, calendar: Int64) -> Duration {
            let now = calendar / 1000
            switch value {
            case ..<1_000_000_000: return .seconds(value)
            case ..<100_000_000_000: return .seconds(max(0, value - now))
            default: return .milliseconds(max(0, value - calendar))
            }
        }
    }

    private var last = Observation()
    private var resetAt: MonotonicInstant?
    private var heldUntil = MonotonicInstant(nanoseconds: 0)

    /// Takes what an answer said; an answer that says nothing changes nothing.
    mutating func take(_ observation: Observation, now: MonotonicInstant) {
        if observation.limit != nil || observation.remaining != nil { last = observation }
        if let reset = observation.resetIn { resetAt = now + min(reset, Self.waitMax) }
        guard let hold = observation.holdFor else { return }
        heldUntil = max(heldUntil, now + min(hold, Self.waitMax))
    }

    /// Calls in the provider's window, as it said last.
    var limit: Int64? { last.limit }

    /// How long the provider wants to be left alone.
    func wait(now: MonotonicInstant) -> Duration { heldUntil > now ? heldUntil - now : .zero }

    /// What is known, as the API writes it; null for nothing.
    func json(now: MonotonicInstant) -> JSONValue {
        let wait = wait(now: now)
        guard last.limit != nil || last.remaining != nil || wait > .zero else { return .null }
        let reset = resetAt.map { $0 > now ? ($0 - now).retrySeconds : 0 }
        return [
            "limit": last.limit.map { .integer($0) } ?? .null,
            "remaining": last.remaining.map { .integer($0) } ?? .null,
            "resetSeconds": reset.map { .integer(Int64($0)) } ?? .null,
            "heldSeconds": .integer(wait == .zero ? 0 : Int64(wait.retrySeconds)),
        ]
    }
}
