/// A set of Unicode scalars.
struct ScalarSet: Sendable, Hashable {
    private static let last: UInt32 = 0x10_FFFF

    /// Ranges that neither touch nor overlap, in order.
    private(set) var ranges: [ClosedRange<UInt32>]

    /// The scalars of the ranges given.
    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let before = merged.last, range.lowerBound <= before.upperBound + 1 {
                let end = max(before.upperBound, range.upperBound)
                merged[merged.count - 1] = before.lowerBound...end
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// One scalar.
    init(_ scalar: UInt32) { self.ranges = [scalar...scalar] }

    /// Every scalar that is not in this set.
    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.last { gaps.append(next...Self.last) }
        return ScalarSet(gaps)
    }

    /// Whether the scalar is in the set.
    ///
    /// - Complexity: O(log n) in the number of ranges.
    func contains(_ scalar: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= scalar
    }

    /// `\d`.
    static let digits = ScalarSet([0x30...0x39])
    /// `\w`.
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// `\s`: white space and line ends of ECMA-262.
    static let space = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
        0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// `.`: everything but line ends.
    static let dot = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029]).inverted
}
