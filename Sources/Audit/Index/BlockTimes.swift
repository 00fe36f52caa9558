/// When the records of each block of a segment happened: the earliest and the latest.
///
/// Records stand in the order in which they were appended, which is nearly the order of their times. So
/// a filter that names an instant within a segment has to look at the records of the few blocks about
/// that instant, and at none of the others.
struct BlockTimes: Sendable, Equatable {
    /// The records of a block of entries.
    static let recordCount = IndexLayout.blockCount

    /// The blocks' times, in milliseconds since 1970.
    private(set) var ranges: [ClosedRange<Int64>] = []

    init() {}

    init(ranges: [ClosedRange<Int64>]) { self.ranges = ranges }

    /// Takes in the record with this ordinal, the next one.
    mutating func add(_ ordinal: Int, occurredAt: Int64) {
        guard ordinal / Self.recordCount < ranges.count else {
            return ranges.append(occurredAt...occurredAt)
        }
        let range = ranges[ranges.count - 1]
        ranges[ranges.count - 1] =
            min(range.lowerBound, occurredAt)...max(range.upperBound, occurredAt)
    }
}
