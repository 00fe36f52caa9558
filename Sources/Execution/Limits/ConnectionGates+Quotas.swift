import Synchronization

extension ConnectionGates {
    /// The counts of quotas that outlast the process; nil when none has changed since the last time.
    func changedQuotaCounts() -> [QuotaCount]? {
        guard hasNewQuotaCounts.exchange(false, ordering: .relaxed) else { return nil }
        let now = moment().calendar
        var counts: [QuotaCount] = []
        forEachGate { key, gate in
            for period in QuotaPeriod.allCases where period != .minute {
                guard let counter = gate.counter(period), counter.used(period, now: now) > 0
                else { continue }
                counts.append(QuotaCount(key, period, counter))
            }
        }
        return counts
    }

    /// Takes counts over that were kept.
    func restore(_ counts: [QuotaCount]) {
        let moment = moment()
        for count in counts where count.counter.used(count.period, now: moment.calendar) > 0 {
            change(count.key, at: moment) { $0.mirrorQuota(count.period, count.counter) }
        }
    }
}
