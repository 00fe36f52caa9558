/// A run of bytes of a head, by offsets from its first byte.
///
/// Heads are bounded far below 4 GiB, and a request keeps one of these per name and value.
struct ByteRange: Sendable, Hashable {
    let start: UInt32
    let end: UInt32

    static let empty = ByteRange(0, 0)

    init(_ start: Int, _ end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    var count: Int { Int(end &- start) }
    var isEmpty: Bool { start == end }
    var indices: Range<Int> { Int(start)..<Int(end) }
}

/// Where a header field's name and value stand in the head.
struct FieldRange: Sendable {
    let name: ByteRange
    let value: ByteRange
}

extension Span<UInt8> {
    /// Whether the bytes in `range` spell `text`, which is given in lower case, in any case.
    func spells(_ text: String, at range: ByteRange) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = Int(range.start)
        for byte in text.utf8 {
            guard ASCII.lowercased(self[index]) == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether both ranges hold the same text, in any case.
    func spellAlike(_ left: ByteRange, _ right: ByteRange) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count {
            let pair = (self[Int(left.start) + offset], self[Int(right.start) + offset])
            guard ASCII.lowercased(pair.0) == ASCII.lowercased(pair.1) else { return false }
        }
        return true
    }

    /// The range without spaces and tabs at its ends.
    func trimmed(_ range: ByteRange) -> ByteRange {
        var start = Int(range.start)
        var end = Int(range.end)
        while start < end, isBlank(at: start) { start += 1 }
        while end > start, isBlank(at: end - 1) { end -= 1 }
        return ByteRange(start, end)
    }

    private func isBlank(at index: Int) -> Bool {
        self[index] == ASCII.space || self[index] == ASCII.tab
    }
}
