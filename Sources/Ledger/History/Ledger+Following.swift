extension Ledger {
    /// The most entries handed out at once to who follows the log.
    static let followedCountMax = 256
    /// The most bytes of entries read at once from the journal; one entry is read whatever its size.
    static let followedByteCountMax = 256 << 10

    /// Some of the entries behind `position` from memory; none when it is the newest, nil when some
    /// of them are no longer there.
    public func entries(recentlyAfter position: UInt64) -> [LoggedEntry]? {
        recent.entries(after: position, countMax: Self.followedCountMax)
    }

    /// Returns when there may be an entry behind `position`, and after a while in any case.
    public func waitForEntry(after position: UInt64) async { await recent.wait(after: position) }

    /// Some of the entries behind `position`, from memory or else from the journal; none when it is
    /// the newest.
    ///
    /// - Throws: `HistoryError` with `.notKept`, `.overloaded`, `.failed`.
    public func entries(after position: UInt64) async throws(HistoryError) -> [LoggedEntry] {
        if let entries = entries(recentlyAfter: position) { return entries }
        return try await reading { (history) throws(JournalError) in
            var entries: [LoggedEntry] = []
            var byteCount = 0
            try history.forEachRecord(after: position) { (record) throws(JournalError) in
                entries.append(try LoggedEntry(record))
                byteCount += record.payload.count
                return entries.count < Self.followedCountMax
                    && byteCount < Self.followedByteCountMax
            }
            return entries
        }
    }

    /// The position from which on a follower sees all that was changed at `revision` and later.
    ///
    /// - Parameter revision: At most one more than the newest.
    /// - Returns: A position to ask for the entries behind; some of these may be older still.
    /// - Throws: `HistoryError` with `.notKept`, `.inFuture`, `.overloaded`, `.failed`.
    public func position(before revision: UInt64) async throws(HistoryError) -> UInt64 {
        if let position = recent.position(before: revision) {
            let newest = self.revision
            guard revision <= newest + 1 else { throw .inFuture(newest: newest) }
            return position
        }
        let found = try await reading { (history) throws(JournalError) in
            try Self.start(before: revision, in: history)
        }
        switch found {
        case .position(let position): return position
        case .notKept(let oldest): throw .notKept(oldest: oldest)
        }
    }

    private enum Start: Sendable {
        case position(UInt64)
        case notKept(oldest: UInt64)
    }

    /// Looks for the nearest known place: behind the newest snapshot that is older, or where the log
    /// begins.
    private static func start(
        before revision: UInt64,
        in history: any JournalHistory
    ) throws(JournalError) -> Start {
        for position in history.snapshotPositions.reversed()
        where position + 1 >= history.firstPosition {
            if try SnapshotHead.revision(of: position, in: history) < revision {
                return .position(position)
            }
        }
        let start = history.firstPosition - 1
        var first: LoggedEntry?
        try history.forEachRecord(after: start) { (record) throws(JournalError) in
            first = try LoggedEntry(record)
            return false
        }
        // From its first entry on the log is the whole of it.
        guard start > 0, let entry = first?.entry else { return .position(start) }
        let oldest = entry.movesRevision ? entry.revision : entry.revision + 1
        return revision >= oldest ? .position(start) : .notKept(oldest: oldest)
    }
}

extension LoggedEntry {
    /// Reads a record of the log.
    init(_ record: JournalRecord) throws(JournalError) {
        do {
            self.init(
                position: record.position,
                entry: try LogEntry(parsing: record.payload),
                byteCount: record.payload.count
            )
        } catch {
            throw JournalError(
                .damaged,
                "the record at position \(record.position) can't be used: \(error.detail)"
            )
        }
    }
}
