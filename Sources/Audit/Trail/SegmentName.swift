/// The names of the trail's files: `audit-<sequence of the first record, 20 digits>.ndjson`,
/// and that of its index, which ends in `.index`.
enum SegmentName {
    private static let prefix = "audit-"
    private static let suffix = ".ndjson"
    private static let digitCount = 20

    /// The name of the segment whose first record has this sequence.
    static func text(_ first: UInt64) -> String { name(first) + suffix }

    /// The name of that segment's index.
    static func index(_ first: UInt64) -> String { name(first) + ".index" }

    private static func name(_ first: UInt64) -> String {
        let digits = "\(first)"
        let zeros = String(repeating: "0", count: digitCount - digits.utf8.count)
        return prefix + zeros + digits
    }

    /// The sequence of the segment's first record; nil when this is no segment's name.
    static func first(_ name: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard digits.utf8.count == digitCount, digits.utf8.allSatisfy({ (0x30...0x39) ~= $0 })
        else { return nil }
        return UInt64(digits)
    }
}
