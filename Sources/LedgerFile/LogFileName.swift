/// The names of the files that a journal makes, with the position each is about.
enum LogFileName {
    /// Ends the name of a file that is being made.
    static let temporarySuffix = ".tmp"
    /// The largest position: a thousand appends a microsecond reach it in 290 years, and reading
    /// never has to fear an overflow.
    static let positionMax = UInt64(Int64.max)
    /// Ends the name of a file that is kept for a human to look at.
    static let brokenSuffix = ".broken"

    /// The name of the segment whose first record is at `position`.
    static func segment(_ position: UInt64) -> String {
        "ledger-\(digits(position)).log"
    }

    /// The name of the snapshot of the records up to `position`.
    static func snapshot(_ position: UInt64) -> String {
        "snapshot-\(digits(position)).ndjson"
    }

    /// The position of a segment's name; nil when it is another name.
    static func segmentPosition(_ name: String) -> UInt64? {
        let position = position(name, prefix: "ledger-", spelling: segment)
        return position == 0 ? nil : position
    }

    /// The position of a snapshot's name; nil when it is another name.
    static func snapshotPosition(_ name: String) -> UInt64? {
        position(name, prefix: "snapshot-", spelling: snapshot)
    }

    /// Whether the file was left by a process that died while it made it.
    static func isLeftover(_ name: String) -> Bool {
        guard name.hasSuffix(temporarySuffix) else { return false }
        let final = String(name.dropLast(temporarySuffix.count))
        return segmentPosition(final) != nil || snapshotPosition(final) != nil
    }

    /// The decimal digits, as many for each position: names sort as positions do.
    private static func digits(_ position: UInt64) -> String {
        let text = String(position)
        return String(repeating: "0", count: 20 - text.count) + text
    }

    private static func position(
        _ name: String,
        prefix: String,
        spelling: (UInt64) -> String
    ) -> UInt64? {
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
        // Only the one spelling that this journal writes is its own file.
        guard let position = UInt64(digits), position <= positionMax, spelling(position) == name
        else { return nil }
        return position
    }
}
