import Limits
import Model
import Platform

extension ConnectionGates {
    /// What became of a call, or of one more attempt of it.
    enum LeasedAdmission: Sendable {
        case passes(Pass)
        case refused(CallFailure.Reason)
        /// Nothing is leased that it could use.
        case needsLease
    }

    /// Lets a call through by what is leased; whoever gets a pass gives it back by `finish`.
    func admitLeased(
        _ key: Key,
        _ callClass: Operation.CallClass,
        _ constraints: Constraints,
        _ limits: [SharedLimit]
    ) -> LeasedAdmission {
        let moment = moment()
        let found = change(key, at: moment) { gate in
            gate.admitLeased(callClass, constraints, limits, at: moment)
        }
        switch found {
        case .passes(let isProbe):
            return .passes(Pass(key: key, callClass: callClass, isProbe: isProbe))
        case .refused(let reason): return .refused(reason)
        case .needsLease: return .needsLease
        }
    }

    /// Whether an admitted call may be tried once more by what is leased; takes what that needs.
    func admitLeasedRetry(
        _ pass: Pass,
        _ constraints: Constraints,
        _ limits: [SharedLimit]
    ) -> LeasedAdmission {
        let moment = moment()
        let found = change(pass.key, at: moment) { gate in
            gate.admitLeasedRetry(constraints, limits, at: moment)
        }
        switch found {
        case .passes: return .passes(pass)
        case .refused(let reason): return .refused(reason)
        case .needsLease: return .needsLease
        }
    }

    /// Counts a call that begins (+1) or ends (-1) to wait for a lease.
    func addWaiting(_ key: Key, _ count: Int) {
        change(key, at: moment()) { gate in gate.leased.waitingCount += count }
    }

    /// What to ask for.
    func leaseRequest(_ key: Key, _ limits: [SharedLimit]) -> LimitLease {
        let moment = moment()
        return change(key, at: moment) { gate in
            gate.leased.request(key, limits, now: moment.now)
        }
    }

    /// What gives back the calls whose time is over, or all that are left; nil when there are none.
    func giveBackRequest(_ key: Key, evenInTime: Bool) -> LimitLease? {
        let moment = moment()
        return change(key, at: moment) { gate in
            guard evenInTime || gate.leased.isExpired(now: moment.now) else { return nil }
            return gate.leased.giveBack(key)
        }
    }

    /// Whether calls are leased and not made.
    func hasUnused(_ key: Key) -> Bool {
        change(key, at: moment()) { gate in gate.leased.left > 0 }
    }

    /// Takes what was granted.
    func take(_ grant: LimitGrant, of lease: LimitLease, for key: Key, sent: MonotonicInstant) {
        let moment = moment()
        change(key, at: moment) { gate in
            gate.mirror(grant, of: lease, at: moment)
            // What was only given back, or looked at, grants nothing.
            guard lease.needed > 0 else { return }
            gate.leased.take(grant, of: lease, sent: sent, now: moment.now)
        }
    }
}
