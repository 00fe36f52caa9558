import HTTPWire
import JSON

extension DemoStripe {
    /// What goes wrong with a payment of this amount; nil when nothing does.
    ///
    /// The amounts are in `docs/demo-provider.md`, so that a reader can see how Bindery tells of
    /// each failure.
    mutating func failure(of amount: Int64, _ request: DemoRequest) -> DemoAnswer? {
        switch amount {
        case 40_200:
            return Self.error(402, "card_error", "card_declined", "Your card was declined.")
        case 42_900: return limited(request)
        case 50_000: return Self.error(500, "api_error", nil, "An error occurred with our API.")
        case 50_300:
            return Self.error(503, "api_error", nil, "Stripe is temporarily unavailable.")
        case 50_400: return Self.silent(.never)
        case 50_200: return Self.silent(.broken)
        default: return nil
        }
    }

    /// Refused the first time, taken the second time.
    private mutating func limited(_ request: DemoRequest) -> DemoAnswer? {
        let key = request.header("idempotency-key") ?? ""
        guard limitedKeys.remove(key) == nil else { return nil }
        if limitedKeys.count >= DemoReplays.countMax { limitedKeys = [] }
        limitedKeys.insert(key)
        var answer = Self.error(429, "invalid_request_error", "rate_limit", "Too many requests.")
        answer.headers.append(HTTPField("Retry-After", "1"))
        return answer
    }

    private static func silent(_ manner: DemoAnswer.Manner) -> DemoAnswer {
        var answer = error(504, "api_error", nil, "The answer came too late.")
        answer.manner = manner
        return answer
    }
}
