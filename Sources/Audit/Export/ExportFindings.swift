public import JSON

/// What checking an export found beside flaws: how much of it could be checked by what.
public struct ExportFindings: Sendable, Hashable {
    /// A part of the chain that is not in the export.
    public struct Gap: Sendable, Hashable {
        /// The record before it.
        public let after: UInt64
        /// The record behind it.
        public let before: UInt64
    }

    /// The first record.
    public internal(set) var first: UInt64?
    /// How many records are tied to the one before them.
    public internal(set) var linkCount = 0
    /// How many records are shown in part, so that their own hash says nothing of them.
    public internal(set) var partCount = 0
    /// How many parts of the chain are missing between two records, which belong to others or were
    /// filtered out.
    public internal(set) var gapCount = 0
    /// The first of them.
    public internal(set) var gaps: [Gap] = []
    /// Whether it ends as it was written.
    public internal(set) var isWhole = false

    /// Notes a gap; the first `countMax` are named.
    mutating func note(gapAfter after: UInt64, before: UInt64, _ countMax: Int) {
        gapCount += 1
        if gaps.count < countMax { gaps.append(Gap(after: after, before: before)) }
    }

    /// The findings as `bindery audit verify` prints them.
    public var json: JSONValue {
        [
            // Without a gap it is a part of the chain in one piece; never the whole of it.
            "chain": .string(gapCount == 0 && partCount == 0 ? "one piece" : "with gaps"),
            "whole": .bool(isWhole), "linked": .integer(Int64(linkCount)),
            "shownInPart": .integer(Int64(partCount)), "gaps": .integer(Int64(gapCount)),
            "firstGaps": .array(
                gaps.map { gap in
                    [
                        "after": .integer(Int64(clamping: gap.after)),
                        "before": .integer(Int64(clamping: gap.before)),
                    ]
                }
            ),
        ]
    }
}
