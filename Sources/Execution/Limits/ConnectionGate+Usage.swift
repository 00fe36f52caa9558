import JSON
import Model

extension ConnectionGate {
    /// The usage as the API writes it (API section 10).
    func usage(_ constraints: Constraints, at moment: Moment) -> JSONValue {
        [
            "requests": .integer(Int64(requestCount)),
            "errors": .integer(Int64(errorCount)),
            "rateLimit": rateLimit(constraints, at: moment),
            "quotas": .array(quotas(constraints, at: moment)),
            "breaker": .string(breakerState(at: moment).rawValue),
            "breakers": [
                "read": .string(breaker(.read).state(now: moment.now).rawValue),
                "write": .string(breaker(.write).state(now: moment.now).rawValue),
            ],
            "provider": learned.json(now: moment.now),
        ]
    }

    /// The worse of both.
    private func breakerState(at moment: Moment) -> CircuitBreaker.State {
        let states = Operation.CallClass.allCases.map { breaker($0).state(now: moment.now) }
        return [.open, .halfOpen].first(where: states.contains) ?? .closed
    }

    /// The rate that would refuse first; null without a rate.
    private func rateLimit(_ constraints: Constraints, at moment: Moment) -> JSONValue {
        let tightest = rates(constraints)
            .map { name, rate, bucket in
                (rate: rate, bucket: bucket, left: bucket.remaining(rate, now: moment.now))
            }
            .min { $0.left < $1.left }
        guard let tightest else { return .null }
        let wait = tightest.bucket.timeUntilFull(now: moment.now)
        return [
            "limit": .integer(Int64(tightest.rate.count)),
            "remaining": .integer(Int64(tightest.left)),
            "resetSeconds": .integer(wait == .zero ? 0 : Int64(wait.retrySeconds)),
        ]
    }

    private func quotas(_ constraints: Constraints, at moment: Moment) -> [JSONValue] {
        QuotaPeriod.allCases.compactMap { period in
            guard let limit = constraints.quotas[period.rawValue] else { return nil }
            let end = Timestamp(milliseconds: period.end(at: moment.calendar))
            return [
                "name": .string(period.rawValue), "limit": .integer(Int64(limit)),
                "used": .integer(Int64(used(period, at: moment))),
                "resetsAt": .string(end.text),
            ]
        }
    }
}
