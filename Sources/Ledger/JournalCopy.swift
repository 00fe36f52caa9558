/// An empty journal that is filled from another one, before anything is served from it.
///
/// What is filled is unusable until `finish`: a copy that was broken off is never taken for a ledger.
public protocol JournalTarget: Sendable {
    /// Begins with a snapshot, or with nothing: what is added follows its position.
    ///
    /// - Throws: `.unavailable` when something is there already.
    func begin(with snapshot: (any SnapshotSource)?) async throws(JournalError)

    /// Adds records, which follow what was added before.
    func add(_ records: [JournalRecord]) async throws(JournalError)

    /// Makes it a ledger on which a server can start; durable when it returns.
    func finish() async throws(JournalError)
}

/// Copies all that a journal keeps into another kind of journal: `bindery migrate`.
public struct JournalCopy: Sendable {
    /// The most bytes of payloads that are read at once; one record is, whatever its size.
    static let byteCountMax = 4 << 20
    /// The most records that are read at once.
    static let recordCountMax = 1024

    /// The position of the snapshot that the copy begins with; 0 for none.
    public let snapshotPosition: UInt64
    /// The position of its last record.
    public let lastPosition: UInt64

    /// Copies the oldest snapshot that the log goes on from without a gap, and the log behind it.
    ///
    /// The lines of that snapshot are in memory meanwhile. Nothing else may append to the source.
    ///
    /// - Parameters:
    ///   - source: A journal that was loaded.
    ///   - target: An empty one.
    /// - Throws: `JournalError` of either; `.conflict` when the source moved on.
    public init(
        from source: any Journal,
        to target: any JournalTarget
    ) async throws(JournalError) {
        let start = try await source.withHistory { (history) throws(JournalError) in
            try Start(history)
        }
        try await target.begin(with: start.position == 0 ? nil : start)
        var position = start.position
        while position < start.lastPosition {
            let last = position
            let records = try await source.withHistory { (history) throws(JournalError) in
                try Self.records(of: history, after: last, through: start.lastPosition)
            }
            guard records.first?.position == position + 1 else {
                let detail = "the record at position \(position + 1) is missing"
                throw JournalError(.damaged, detail)
            }
            try await target.add(records)
            position += UInt64(records.count)
        }
        let end = try await source.withHistory { history in history.lastPosition }
        guard end == start.lastPosition else {
            throw JournalError(.conflict, "the source was written to meanwhile: stop its servers")
        }
        try await target.finish()
        (snapshotPosition, lastPosition) = (start.position, position)
    }

    private static func records(
        of history: any JournalHistory,
        after position: UInt64,
        through last: UInt64
    ) throws(JournalError) -> [JournalRecord] {
        var records: [JournalRecord] = []
        var byteCount = 0
        try history.forEachRecord(after: position) { (record) throws(JournalError) in
            guard record.position <= last else { return false }
            records.append(record)
            byteCount += record.payload.count
            return records.count < recordCountMax && byteCount < byteCountMax
        }
        return records
    }

    /// Where a copy begins.
    private struct Start: SnapshotSource {
        let position: UInt64
        let lastPosition: UInt64
        private let lines: [[UInt8]]

        init(_ history: any JournalHistory) throws(JournalError) {
            lastPosition = history.lastPosition
            let first = history.firstPosition
            let isWhole = first == 1
            let base = history.snapshotPositions.first { $0 + 1 >= first }
            guard isWhole || base != nil else {
                throw JournalError(
                    .damaged,
                    "the log begins at position \(first), with no snapshot"
                )
            }
            position = isWhole ? 0 : base ?? 0
            var lines: [[UInt8]] = []
            if position > 0 {
                try history.forEachLine(ofSnapshot: position) { (line) throws(JournalError) in
                    lines.append(line)
                    return true
                }
            }
            self.lines = lines
        }

        func forEachLine(_ write: ([UInt8]) throws(JournalError) -> Void) throws(JournalError) {
            for line in lines { try write(line) }
        }
    }
}
