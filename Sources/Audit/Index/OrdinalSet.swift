/// Some of a segment's records, by their place in it: one bit a record.
struct OrdinalSet: Sendable, Equatable {
    private(set) var words: [UInt64]

    /// No record of `count`.
    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    init(words: [UInt64]) { self.words = words }

    /// Adds a record.
    mutating func insert(_ ordinal: Int) {
        words[ordinal / 64] |= 1 << UInt64(ordinal % 64)
    }

    /// Keeps those that `other` has too.
    mutating func formIntersection(_ other: OrdinalSet) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    /// Adds those that `other` has.
    mutating func formUnion(_ other: OrdinalSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    /// Whether there is none.
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The last record before `end`; nil when there is none.
    func last(before end: Int) -> Int? {
        guard end > 0, !words.isEmpty else { return nil }
        var index = min((end - 1) / 64, words.count - 1)
        var word = words[index]
        let bits = end - index * 64
        if bits < 64 { word &= (1 << UInt64(bits)) - 1 }
        while word == 0 {
            guard index > 0 else { return nil }
            index -= 1
            word = words[index]
        }
        return index * 64 + 63 - word.leadingZeroBitCount
    }

    /// The first record from `start` on; nil when there is none.
    func first(from start: Int) -> Int? {
        guard start >= 0, start / 64 < words.count else { return nil }
        var index = start / 64
        var word = words[index] & (UInt64.max << UInt64(start % 64))
        while word == 0 {
            guard index + 1 < words.count else { return nil }
            index += 1
            word = words[index]
        }
        return index * 64 + word.trailingZeroBitCount
    }
}
