import Model

/// How many records of a range of times a filter's times let pass.
enum TimeAdmission: Hashable {
    case none, some, all
}

extension AuditFilter {
    /// Whether the time, in milliseconds since 1970, is within the filter's.
    func admits(_ occurredAt: Int64) -> Bool {
        (since.map { occurredAt >= $0.milliseconds } ?? true)
            && (until.map { occurredAt < $0.milliseconds } ?? true)
    }

    /// How many of the records that happened in the range are within the filter's times.
    func admission(of range: ClosedRange<Int64>) -> TimeAdmission {
        if admits(range.lowerBound), admits(range.upperBound) { return .all }
        let isOver = since.map { range.upperBound < $0.milliseconds } ?? false
        let isAhead = until.map { range.lowerBound >= $0.milliseconds } ?? false
        return isOver || isAhead ? .none : .some
    }
}
