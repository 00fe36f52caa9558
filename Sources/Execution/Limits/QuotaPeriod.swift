import Model

/// A period of the UTC calendar in which calls are counted; the raw value is its name in a spec.
enum QuotaPeriod: String, CaseIterable, Sendable {
    case minute = "callsPerMinute"
    case hour = "callsPerHour"
    case day = "callsPerDay"
    case month = "callsPerMonth"

    /// When the period around an instant began, in milliseconds since 1970.
    func start(at milliseconds: Int64) -> Int64 {
        switch self {
        case .minute: Self.floor(milliseconds, to: 60_000)
        case .hour: Self.floor(milliseconds, to: 3_600_000)
        case .day: Self.floor(milliseconds, to: 86_400_000)
        case .month: Self.monthStart(milliseconds)
        }
    }

    /// When the period around an instant ends.
    func end(at milliseconds: Int64) -> Int64 {
        let start = start(at: milliseconds)
        switch self {
        case .minute: return start + 60_000
        case .hour: return start + 3_600_000
        case .day: return start + 86_400_000
        // The 1st and 31 days is always in the next month, and never in the one after.
        case .month: return Self.monthStart(start + 31 * 86_400_000)
        }
    }

    private static func floor(_ milliseconds: Int64, to unit: Int64) -> Int64 {
        let rest = milliseconds % unit
        return milliseconds - (rest < 0 ? rest + unit : rest)
    }

    private static func monthStart(_ milliseconds: Int64) -> Int64 {
        let month = Timestamp(milliseconds: milliseconds).text.prefix(7)
        guard let start = Timestamp("\(month)-01T00:00:00Z") else {
            preconditionFailure("every month has a first day")
        }
        return start.milliseconds
    }
}

/// The calls of a connection in one period.
struct QuotaCounter: Sendable {
    private(set) var start = Int64.min
    private(set) var count = 0
    /// The highest share of the quota that was told of, in percent.
    private(set) var toldPercent = 0

    /// The share of the quota that was reached by now and was not told yet, in percent; nil for none.
    mutating func reachedPercent(of limit: Int) -> Int? {
        let percent = count >= limit ? 100 : count * 5 >= limit * 4 ? 80 : 0
        guard percent > toldPercent else { return nil }
        toldPercent = percent
        return percent
    }

    init() {}

    /// So many calls of the period that began then, in milliseconds since 1970.
    init(start: Int64, count: Int, toldPercent: Int = 0) {
        self.start = start
        self.count = count
        self.toldPercent = toldPercent
    }

    /// The calls of the period around `now`.
    ///
    /// A clock that is set back does not begin an old period anew.
    func used(_ period: QuotaPeriod, now: Int64) -> Int {
        period.start(at: now) > start ? 0 : count
    }

    /// Counts a call.
    mutating func take(_ period: QuotaPeriod, now: Int64) {
        let current = period.start(at: now)
        if current > start {
            start = current
            count = 0
            toldPercent = 0
        }
        count += 1
    }
}
