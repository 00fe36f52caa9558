import Model

/// What memory keeps of a segment whose index is in a file: about 200 bytes.
struct SegmentSummary: Sendable, Hashable {
    /// The sequence of its first record.
    let first: UInt64
    /// How many records there are.
    var count = 0
    /// The segment's size in bytes.
    var byteCount = 0
    /// What `previousHash` of the first record is.
    var previousHash = ""
    /// The hash of the last record.
    var lastHash = ""
    /// The times at which its records happened, in milliseconds since 1970.
    var occurred: ClosedRange<Int64>?
    /// The times at which its records were appended, in milliseconds since 1970.
    var appended: ClosedRange<Int64>?

    init(first: UInt64) { self.first = first }

    /// The sequence behind its last record.
    var end: UInt64 { first + UInt64(count) }

    /// Takes in a record.
    mutating func add(occurredAt: Int64, appendedAt: Int64) {
        count += 1
        occurred = Self.extend(occurred, occurredAt)
        appended = Self.extend(appended, appendedAt)
    }

    /// Takes in the records of a part that follows.
    mutating func add(_ other: SegmentSummary) {
        if count == 0 { previousHash = other.previousHash }
        count += other.count
        lastHash = other.lastHash
        for range in [other.occurred].compactMap(\.self) {
            occurred = Self.extend(Self.extend(occurred, range.lowerBound), range.upperBound)
        }
        for range in [other.appended].compactMap(\.self) {
            appended = Self.extend(Self.extend(appended, range.lowerBound), range.upperBound)
        }
    }

    private static func extend(_ range: ClosedRange<Int64>?, _ time: Int64) -> ClosedRange<Int64> {
        guard let range else { return time...time }
        return min(range.lowerBound, time)...max(range.upperBound, time)
    }

    /// How many of its records are within the filter's times.
    func admission(_ filter: AuditFilter) -> TimeAdmission {
        occurred.map(filter.admission) ?? .none
    }
}
