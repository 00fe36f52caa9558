import Limits
import Model
import Platform

extension ConnectionGate {
    /// What became of a call that wanted through by what is leased.
    enum LeasedAdmission: Sendable {
        case passes(isProbe: Bool)
        case refused(CallFailure.Reason)
        /// Nothing is leased that it could use.
        case needsLease
    }

    /// Lets a call through by what is leased; as `admit`, which counts here alone.
    ///
    /// What this replica knows by itself comes first, so that no shared call is taken for one that
    /// would not pass.
    mutating func admitLeased(
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        _ limits: [SharedLimit],
        at moment: Moment
    ) -> LeasedAdmission {
        if let refusal = localRefusal(callClass, constraints, at: moment) {
            return .refused(refusal)
        }
        guard leased.has(limits, now: moment.now) else { return needsLease(limits, at: moment) }
        leased.take()
        return .passes(isProbe: begin(callClass, constraints, at: moment))
    }

    /// Takes what one more attempt of an admitted call needs, of what is leased.
    mutating func admitLeasedRetry(
        _ constraints: Constraints,
        _ limits: [SharedLimit],
        at moment: Moment
    ) -> LeasedAdmission {
        if let refusal = providersRefusal(at: moment) { return .refused(refusal) }
        guard leased.has(limits, now: moment.now) else { return needsLease(limits, at: moment) }
        leased.take()
        take(constraints, at: moment)
        return .passes(isProbe: false)
    }

    private func needsLease(_ limits: [SharedLimit], at moment: Moment) -> LeasedAdmission {
        leased.refusal(limits, now: moment.now).map { .refused($0) } ?? .needsLease
    }

    private func localRefusal(
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        at moment: Moment
    ) -> CallFailure.Reason? {
        if let refusal = providersRefusal(at: moment) ?? concurrencyRefusal(constraints) {
            return refusal
        }
        guard case .refused(let wait) = breaker(callClass).admission(now: moment.now)
        else { return nil }
        return .circuitOpen(retryAfterSeconds: wait.retrySeconds)
    }

    private func providersRefusal(at moment: Moment) -> CallFailure.Reason? {
        let wait = learned.wait(now: moment.now)
        guard wait > .zero else { return nil }
        return .limited(.rate, name: "provider", retryAfterSeconds: wait.retrySeconds)
    }

    /// Takes over how the shared limits stand, less what is leased here and not made yet.
    ///
    /// That is counted call by call. So `usage` tells of all replicas, and who has to count alone goes on from there.
    mutating func mirror(_ grant: LimitGrant, of lease: LimitLease, at moment: Moment) {
        let unmade = grant.count + leased.left
        for standing in grant.standings {
            guard let limit = lease.limits.first(where: { $0.name == standing.name }) else {
                continue
            }
            switch limit.kind {
            case .rate(let interval):
                let taken = Duration.nanoseconds(interval) * unmade
                mirrorRate(standing.name, GCRA(fullAt: moment.now + (standing.timeLeft - taken)))
            case .quota:
                guard let period = QuotaPeriod(rawValue: standing.name) else { continue }
                mirrorQuota(
                    period,
                    QuotaCounter(
                        start: standing.windowStart,
                        count: max(0, standing.used - unmade)
                    )
                )
            }
        }
    }
}
