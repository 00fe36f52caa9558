public import Model

extension Ledger {
    /// The state as it was at a revision, with no more in it than decisions about one tenant need:
    /// the catalog, and what the tenant had.
    ///
    /// The last state of the revision, with the health that was known then. The newest revision is
    /// the published state. Another one is folded anew from the nearest snapshot, which reads the
    /// log on a queue of the journal's own, or is one of a few that were asked for lately.
    ///
    /// - Throws: `HistoryError` with `.notKept`, `.inFuture`, `.overloaded`, `.failed`.
    /// - Complexity: O(bytes of the nearest snapshot and of the log behind it).
    public func pastState(
        of tenant: TenantID,
        at revision: UInt64
    ) async throws(HistoryError) -> State {
        let state = state
        guard revision <= state.revision else { throw .inFuture(newest: state.revision) }
        if revision == state.revision { return state }
        let key = PastStates.Key(tenant: tenant, revision: revision)
        if let known = past.state(key) { return known }
        let found = try await reading { (history) throws(JournalError) in
            try PastFold.run(key, in: history)
        }
        switch found {
        case .notKept(let oldest): throw .notKept(oldest: oldest)
        case .state(let found):
            past.keep(found, key)
            return found
        }
    }

    /// The revision that was the newest at a time: all up to the first entry that was made later.
    ///
    /// A clock that was set back does not part what stands together in the log.
    ///
    /// - Throws: `HistoryError` with `.notKept`, `.overloaded`, `.failed`.
    /// - Complexity: O(bytes of the log that is kept).
    public func revision(at time: Timestamp) async throws(HistoryError) -> UInt64 {
        if let revision = recent.revision(at: time) { return revision }
        let newest = revision
        let found = try await reading { (history) throws(JournalError) in
            var last = history.firstPosition == 1 ? UInt64(0) : nil
            var oldest: UInt64?
            var isPassed = false
            try history.forEachRecord(after: history.firstPosition - 1) {
                (record) throws(JournalError) in
                guard let revision = LogEntry.revision(of: record.payload),
                    let at = LogEntry.time(of: record.payload)
                else {
                    let detail = "the record at position \(record.position) has no time"
                    throw JournalError(.damaged, detail)
                }
                oldest = oldest ?? revision
                isPassed = at > time
                if !isPassed { last = revision }
                return !isPassed
            }
            return (last: isPassed ? last : last.map { max($0, newest) }, oldest: oldest ?? newest)
        }
        guard let revision = found.last else { throw .notKept(oldest: found.oldest) }
        return revision
    }

    /// Reads from the journal, for at most so many at one time; again when retention removed a file
    /// in the middle of it.
    func reading<Value: Sendable>(
        _ read: @Sendable (any JournalHistory) throws(JournalError) -> Value
    ) async throws(HistoryError) -> Value {
        guard past.enter() else { throw .overloaded }
        defer { past.leave() }
        do throws(JournalError) {
            do throws(JournalError) {
                return try await journal.withHistory(read)
            } catch  where error.code == .notKept {
                return try await journal.withHistory(read)
            }
        } catch {
            throw HistoryError(error)
        }
    }
}
