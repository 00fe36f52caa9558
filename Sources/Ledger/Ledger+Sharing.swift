import Synchronization

// Working on a log to which other processes append as well (`SharedJournal`).
extension Ledger {
    /// How often a batch is planned anew because others were first.
    ///
    /// From the first time on the head is held, so that a second time means that the hold was lost.
    static let conflictCountMax = 8

    /// How this process stands to a log that it shares with others.
    public struct Following: Sendable, Equatable {
        /// Whether there is a connection to the log's medium.
        public let isConnected: Bool
        /// How many entries of the log are known of and not yet in the state.
        public let lagEntryCount: UInt64
        /// How old the newest moment is at which the state is known to have been the newest.
        public let lag: Duration
        /// How many batches were planned anew because another process was first.
        public let conflictCount: Int
        /// How often the state was loaded anew, as the log behind it was no longer kept.
        public let reloadCount: Int
        /// Why there is no connection, for the operator; nil while there is one.
        public let failure: String?
    }

    /// How far the state is behind the log; nil when no other process appends to it.
    public var following: Following? {
        guard let standing = sharedJournal?.standing else { return nil }
        let position = position
        let lag = sharing.lag(standing, at: position)
        return Following(
            isConnected: standing.isConnected,
            lagEntryCount: standing.headPosition - min(position, standing.headPosition),
            lag: lag,
            conflictCount: sharing.conflictCount,
            reloadCount: sharing.reloadCount,
            failure: standing.failure
        )
    }

    /// Takes the head of the log, and reads up to it.
    ///
    /// - Returns: The newest state; nobody else appends before this process has appended or let go.
    func catchUp(with journal: any SharedJournal) async throws(JournalError) -> State {
        sharing.noteConflict()
        let head = try await journal.takeHead()
        do throws(JournalError) {
            guard head >= position else {
                throw JournalError(
                    .diverged,
                    "the log ends at \(head), this process knows \(position)"
                )
            }
            while position < head {
                guard try await readOn(in: journal) else {
                    let detail = "the log has no record behind position \(position)"
                    throw JournalError(.damaged, detail)
                }
            }
        } catch {
            await journal.releaseHead()
            throw error
        }
        return state
    }

    /// Waits until the state has all that was appended when this was called; at once when nobody else
    /// appends.
    ///
    /// For a command that judges the state before it plans.
    ///
    /// - Throws: `LedgerError` with `.unavailable`, `.readOnly`.
    public func refresh() async throws(LedgerError) {
        guard let sharedJournal else { return }
        do throws(JournalError) {
            guard try await readOn(in: sharedJournal) else { return }
            // Others may go on writing: what comes behind this head is not waited for.
            let head = sharedJournal.standing.headPosition
            while position < head, try await readOn(in: sharedJournal) {}
        } catch {
            throw LedgerError(error.endsSharing ? .readOnly : .unavailable, error.detail)
        }
    }

    /// Finds out whether `state` is still the newest; at once when nobody else appends.
    ///
    /// - Throws: `.conflict` when it is not.
    func confirm(_ state: State) async throws(JournalError) {
        guard let sharedJournal else { return }
        // Nothing is to be appended, so the head is of no use any more.
        await sharedJournal.releaseHead()
        let isBehind = try await readOn(in: sharedJournal)
        guard !isBehind, position == state.position else {
            throw JournalError(.conflict, "the log ends behind position \(state.position)")
        }
    }

    /// Reads some of what is behind the published state, or all of it anew when it is no longer kept.
    ///
    /// - Returns: Whether there was anything; whoever follows beside it may have read it meanwhile.
    private func readOn(in journal: any SharedJournal) async throws(JournalError) -> Bool {
        let start = position
        do throws(JournalError) {
            let records = try await journal.records(after: start)
            try take(records)
            return !records.isEmpty || position > start
        } catch  where error.code == .notKept {
            try await reload(from: journal)
            return true
        }
    }

    /// Loads the state anew, when the log behind it is no longer kept: the process was away for longer
    /// than others need its records.
    ///
    /// The old state is served until the new one is loaded, and both are in memory meanwhile. Whoever
    /// follows the log here is told that something was missed.
    private func reload(from journal: any SharedJournal) async throws(JournalError) {
        let old = state
        let loaded = try await journal.withNewest { (history) throws(JournalError) in
            var loader = StateLoader(State(replacing: old))
            let base = history.snapshotPositions.last ?? 0
            if base > 0 {
                try history.forEachLine(ofSnapshot: base) { (line) throws(JournalError) in
                    try loader.read(line: line)
                    return true
                }
            }
            try history.forEachRecord(after: base) { (record) throws(JournalError) in
                try loader.read(record)
                return true
            }
            try loader.finish()
            loader.state.position = history.lastPosition
            return loader.state
        }
        sharing.noteReload()
        let (reached, followers) = shared.withLock { shared in
            guard loaded.position > shared.published.position else { return Self.nobody }
            shared.published = loaded
            note(loaded)
            return (
                shared.waiters.take(reached: loaded.revision),
                recent.restart(after: loaded.position, revision: loaded.revision)
            )
        }
        for waiter in reached { waiter.resume(returning: true) }
        for follower in followers { follower.resume() }
    }

    /// Folds records that others appended, and publishes the state.
    func take(_ records: [JournalRecord]) throws(JournalError) {
        var state = state
        var entries: [LoggedEntry] = []
        for record in records where record.position > state.position {
            guard record.position == state.position + 1 else {
                let detail = "position \(state.position + 1) is missing in the log"
                throw JournalError(.damaged, detail)
            }
            let entry = try LoggedEntry(record)
            state.apply(entry.entry, position: record.position)
            state.position = record.position
            entries.append(entry)
        }
        publish(state, entries)
    }

    /// Follows what others append, until the ledger is closed.
    func startFollowing() {
        guard let journal = sharedJournal else { return }
        sharing.start(
            Task { [weak self] in
                while !Task.isCancelled {
                    guard let position = self?.position else { return }
                    await journal.waitForRecords(after: position)
                    do throws(JournalError) {
                        try await self?.follow(journal)
                    } catch {
                        self?.noteFailure(error)
                    }
                }
            }
        )
    }

    private func follow(_ journal: any SharedJournal) async throws(JournalError) {
        _ = try await readOn(in: journal)
        _ = sharing.lag(journal.standing, at: position)
    }

    /// Ends writing when following can't go on; a medium that is away for a while is no reason.
    private func noteFailure(_ error: JournalError) {
        guard error.endsSharing else { return }
        shared.withLock { shared in
            guard shared.condition == .serving else { return }
            shared.condition = .readOnly(detail: error.detail)
        }
        sharing.stop()
    }
}

extension JournalError {
    /// Whether a process can't go on with a shared log after it: only a start reads it anew.
    var endsSharing: Bool {
        switch code {
        case .diverged, .damaged, .newerFormat: true
        case .locked, .notKept, .readOnly, .full, .conflict, .unavailable, .unknown: false
        }
    }
}

/// What a ledger keeps of its work on a shared log.
final class Sharing: Sendable {
    private struct Content {
        var task: Task<Void, Never>?
        var conflictCount = 0
        var reloadCount = 0
        /// The newest moment at which the state is known to have been the newest.
        var newestAt = ContinuousClock.now
    }

    private let content = Mutex(Content())

    var conflictCount: Int { content.withLock { $0.conflictCount } }

    var reloadCount: Int { content.withLock { $0.reloadCount } }

    func noteReload() { content.withLock { $0.reloadCount += 1 } }

    func noteConflict() { content.withLock { $0.conflictCount += 1 } }

    /// Keeps the task that follows.
    func start(_ task: Task<Void, Never>) { content.withLock { $0.task = task } }

    /// Ends following.
    func stop() {
        let task = content.withLock { content in
            defer { content.task = nil }
            return content.task
        }
        task?.cancel()
    }

    /// How old the newest moment is at which the state was the newest, as far as is known.
    func lag(_ standing: SharedJournalStanding, at position: UInt64) -> Duration {
        let now = ContinuousClock.now
        return content.withLock { content in
            if standing.headPosition <= position {
                content.newestAt = max(content.newestAt, now - standing.age)
            }
            return now - content.newestAt
        }
    }
}
