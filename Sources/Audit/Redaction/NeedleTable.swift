/// Finds any of several byte strings, in one pass over the bytes.
struct NeedleTable: Sendable {
    /// The strings, those of one first byte beside each other, the longest of them first.
    private let needles: [[UInt8]]
    /// For each byte the place in `needles` of the first string that begins with it, or -1.
    private let places: [Int32]

    var isEmpty: Bool { needles.isEmpty }

    init(_ strings: Set<[UInt8]>) {
        needles = strings.filter { !$0.isEmpty }
            .sorted { $0[0] == $1[0] ? $0.count > $1.count : $0[0] < $1[0] }
        var places = needles.isEmpty ? [] : [Int32](repeating: -1, count: 256)
        for place in needles.indices.reversed() { places[Int(needles[place][0])] = Int32(place) }
        self.places = places
    }

    /// Where the strings stand, from the left, without overlaps.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while let range = next(in: bytes, from: index) {
            ranges.append(range)
            index = range.upperBound
        }
        return ranges
    }

    /// Whether one of the strings stands in the bytes.
    func stands(in bytes: [UInt8]) -> Bool { next(in: bytes, from: 0) != nil }

    private func next(in bytes: [UInt8], from start: Int) -> Range<Int>? {
        guard !isEmpty else { return nil }
        let span = bytes.span
        for index in start..<span.count {
            let place = Int(places[Int(span[index])])
            guard place >= 0 else { continue }
            let count = matchCount(in: span.extracting(droppingFirst: index), from: place)
            if count > 0 { return index..<(index + count) }
        }
        return nil
    }

    /// The length of the longest string that the bytes begin with; 0 when there is none.
    private func matchCount(in bytes: Span<UInt8>, from place: Int) -> Int {
        for needle in needles[place...] {
            guard needle[0] == bytes[0] else { return 0 }
            if begins(bytes, with: needle) { return needle.count }
        }
        return 0
    }

    private func begins(_ bytes: Span<UInt8>, with needle: [UInt8]) -> Bool {
        guard bytes.count >= needle.count else { return false }
        for index in needle.indices where bytes[index] != needle[index] { return false }
        return true
    }
}
