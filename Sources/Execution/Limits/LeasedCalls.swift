import Limits
import Model
import Platform

/// The calls of one connection that this replica may make, of those that all replicas share.
///
/// A lease is of so many calls, each of which has one of every limit, and ends after `timeMax`: what is
/// left then goes back. How many are leased beyond those that wait follows the demand: doubled when
/// they were used up in time, halved when some were left.
struct LeasedCalls: Sendable {
    /// How long leased calls may be made; also the longest time that unused ones are kept from the
    /// other replicas, while this one lives.
    static let timeMax = Duration.seconds(2)
    /// Which part of a limit is leased beyond the calls that wait, at most: a twentieth.
    ///
    /// A limit of less than 20 is leased call by call.
    static let aheadDivisor = 20
    /// The most calls that are leased beyond those that wait.
    static let aheadCountMax = 1000
    /// The most calls that are leased for those that wait; the others wait for the next lease.
    static let neededCountMax = 256
    /// How long a refusal is believed without asking again: others may give back.
    static let refusalTimeMax = Duration.seconds(1)

    /// Why nothing was granted.
    struct Refusal: Sendable {
        let kind: CallFailure.LimitKind
        let name: String
        let comesBack: MonotonicInstant
        let until: MonotonicInstant
    }

    private var limits: [SharedLimit] = []
    private var windows: [String: Int64] = [:]
    private var expires = MonotonicInstant(nanoseconds: .min)
    private var ahead = 0
    private var refusal: Refusal?
    /// Calls that may be made until the lease ends.
    private(set) var left = 0
    /// Calls that wait for a lease.
    var waitingCount = 0

    /// Whether a call may be made of what is leased.
    func has(_ limits: [SharedLimit], now: MonotonicInstant) -> Bool {
        left > 0 && now < expires && limits == self.limits
    }

    /// Takes one of what `has` found.
    mutating func take() {
        precondition(left > 0, "a call that is taken was leased")
        left -= 1
    }

    /// Why a call need not ask, when that is still fresh.
    func refusal(_ limits: [SharedLimit], now: MonotonicInstant) -> CallFailure.Reason? {
        guard let refusal, now < refusal.until, limits == self.limits else { return nil }
        let wait = refusal.comesBack - now
        return .limited(refusal.kind, name: refusal.name, retryAfterSeconds: wait.retrySeconds)
    }

    /// Whether calls are left whose time is over.
    func isExpired(now: MonotonicInstant) -> Bool { left > 0 && now >= expires }

    /// What to ask for; it takes back what is left.
    mutating func request(
        _ key: ConnectionGates.Key,
        _ limits: [SharedLimit],
        now: MonotonicInstant
    ) -> LimitLease {
        if now < expires, left == 0 {
            ahead = max(1, ahead * 2)
        } else if left > 0 {
            ahead /= 2
        }
        let most = limits.map { $0.count / Self.aheadDivisor }.min() ?? 0
        ahead = min(ahead, most, Self.aheadCountMax)
        let unused = takeUnused(limits)
        self.limits = limits
        // It was of other limits, or is too old: calls that come meanwhile wait for the answer.
        refusal = nil
        return LimitLease(
            tenant: key.tenant.text,
            connection: key.connection.text,
            limits: limits,
            needed: min(max(1, waitingCount), Self.neededCountMax),
            ahead: ahead,
            unused: unused
        )
    }

    /// What gives back the calls that are left; nil when there are none.
    mutating func giveBack(_ key: ConnectionGates.Key) -> LimitLease? {
        guard left > 0 else { return nil }
        ahead /= 2
        return LimitLease(
            tenant: key.tenant.text,
            connection: key.connection.text,
            limits: limits,
            unused: takeUnused(limits)
        )
    }

    /// What was leased under limits that are others now is dropped: nobody makes those calls.
    private mutating func takeUnused(_ limits: [SharedLimit]) -> LimitLease.Unused {
        defer { left = 0 }
        return LimitLease.Unused(count: limits == self.limits ? left : 0, windows: windows)
    }

    /// Takes what was granted to a request that was made at `sent`.
    mutating func take(
        _ grant: LimitGrant,
        of lease: LimitLease,
        sent: MonotonicInstant,
        now: MonotonicInstant
    ) {
        windows = [:]
        var time = Self.timeMax
        for standing in grant.standings where standing.windowStart != 0 {
            windows[standing.name] = standing.windowStart
            // Calls of a period are made within it: its end is told from after `sent`.
            time = min(time, standing.timeLeft)
        }
        left += grant.count
        expires = sent + time
        refusal = grant.count < lease.needed ? Self.refusal(grant, lease.limits, now) : nil
    }

    /// The rate with the longest wait, or else the longest quota's that is used up: as one process
    /// alone tells it.
    private static func refusal(
        _ grant: LimitGrant,
        _ limits: [SharedLimit],
        _ now: MonotonicInstant
    ) -> Refusal? {
        let waiting = grant.standings.filter { $0.wait > .zero }
        let rates = waiting.filter { $0.windowStart == 0 }
        guard let worst = (rates.isEmpty ? waiting : rates).max(by: { $0.wait < $1.wait })
        else { return nil }
        let comesBack = now + worst.wait
        return Refusal(
            kind: rates.isEmpty ? .quota : .rate,
            name: worst.name,
            comesBack: comesBack,
            until: min(comesBack, now + refusalTimeMax)
        )
    }
}
