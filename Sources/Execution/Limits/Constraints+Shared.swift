import Limits
import Model

extension Constraints {
    /// The limits that replicas share: rates and quotas.
    ///
    /// Calls under way are counted by each alone.
    var shared: [SharedLimit] {
        var limits: [SharedLimit] = []
        if let rate = ConnectionGate.minuteRate(self) { limits.append(.rate("rpm", rate)) }
        if let rate = ConnectionGate.hourRate(self) { limits.append(.rate("rph", rate)) }
        for period in QuotaPeriod.allCases {
            guard let count = quotas[period.rawValue] else { continue }
            limits.append(
                SharedLimit(name: period.rawValue, count: count, kind: .quota(period.unit))
            )
        }
        return limits
    }
}

extension SharedLimit {
    fileprivate static func rate(_ name: String, _ rate: GCRA.Rate) -> SharedLimit {
        SharedLimit(name: name, count: rate.count, kind: .rate(interval: rate.interval))
    }
}

extension QuotaPeriod {
    fileprivate var unit: SharedLimit.CalendarUnit {
        switch self {
        case .minute: .minute
        case .hour: .hour
        case .day: .day
        case .month: .month
        }
    }
}
