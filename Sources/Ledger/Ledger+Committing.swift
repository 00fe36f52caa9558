public import Model
import Synchronization

/// A write that waits for its turn.
struct PendingWrite: Sendable {
    /// Runs the plan on a state; the entry it makes, or nil when there is nothing to append.
    let plan: @Sendable (State) -> LogEntry?
    /// Called once: with the state that has the write in it, or with why it is not written.
    let finish: @Sendable (Result<State, LedgerError>) -> Void
}

extension Ledger {
    /// Plans and appends an entry; returns when it is durable and published.
    ///
    /// The plan runs on the newest state, and must be quick: other writers wait for it. Over a shared
    /// journal it runs again when another process was first, so it may keep nothing of a run. What it
    /// refuses is thrown and changes nothing. Without changes nothing is appended, and the answer
    /// waits for what was handed in before, since it may tell of it.
    ///
    /// - Returns: The plan's answer, and the state that has its changes in it.
    /// - Throws: `CommitError.refused` with the plan's own error; `.failed` with `LedgerError`
    ///   `.overloaded`, `.tooLarge`, `.unavailable`: nothing was kept; `.readOnly`, `.unknown`: nothing
    ///   was kept, or it can't be known before the next start, or before the medium is back.
    public func commit<Answer: Sendable, Refusal: Error>(
        actor: ChangeActor,
        now: Timestamp,
        _ plan: @escaping @Sendable (State, Stamp) throws(Refusal) -> Plan<Answer>
    ) async throws(CommitError<Refusal>) -> (answer: Answer, state: State) {
        let result = try await commitOwing(actor: actor, now: now, plan)
        return (result.answer, result.state)
    }

    /// The same for a plan that owes audit records: the entry keeps what they say, until whoever wrote
    /// it has settled the debt and a later entry has told so.
    ///
    /// - Returns: What `commit` does, and the debt; nil when the entry owes nothing.
    public func commitOwing<Answer: Sendable, Refusal: Error>(
        actor: ChangeActor,
        now: Timestamp,
        _ plan: @escaping @Sendable (State, Stamp) throws(Refusal) -> Plan<Answer>
    ) async throws(CommitError<Refusal>) -> (answer: Answer, state: State, debt: AuditDebt?) {
        let holder = DebtHolder()
        let outcome = PlanOutcome<Answer, Refusal>()
        let written = await withCheckedContinuation { continuation in
            enqueue(
                PendingWrite(
                    plan: { state in
                        self.run(plan, on: state, actor, now, into: outcome, holder)
                    },
                    finish: { continuation.resume(returning: $0) }
                )
            )
        }
        let debt = holder.take()
        switch (written, outcome.value) {
        case (.failure(let error), _): throw .failed(error)
        case (_, .refused(let refusal)): throw .refused(refusal)
        case (.success(let state), .planned(let answer)): return (answer, state, debt)
        case (.success, nil): preconditionFailure("a write that succeeded was planned")
        }
    }

    /// Plans on the published state and keeps nothing (`?dryRun=true`).
    public func rehearse<Answer: Sendable, Refusal: Error>(
        now: Timestamp,
        _ plan: (State, Stamp) throws(Refusal) -> Plan<Answer>
    ) throws(Refusal) -> Answer {
        let state = state
        return try plan(state, Stamp(revision: state.revision + 1, now: now)).answer
    }

    private func run<Answer: Sendable, Refusal: Error>(
        _ plan: (State, Stamp) throws(Refusal) -> Plan<Answer>,
        on state: State,
        _ actor: ChangeActor,
        _ now: Timestamp,
        into outcome: PlanOutcome<Answer, Refusal>,
        _ holder: DebtHolder
    ) -> LogEntry? {
        let next = state.revision + 1
        do throws(Refusal) {
            let plan = try plan(state, Stamp(revision: next, now: now))
            outcome.set(.planned(plan.answer))
            guard !plan.changes.isEmpty else { return nil }
            let moves = plan.changes.contains { $0.movesRevision }
            let alerts = AlertOutbox.changes(for: plan.changes, on: state, now: now)
            return LogEntry(
                revision: moves ? next : state.revision,
                at: now,
                actor: actor,
                changes: plan.changes + alerts,
                facts: ChangeFacts(of: plan.changes, on: state),
                audit: note(plan.owes, plan.settles, on: state, holder)
            )
        } catch {
            outcome.set(.refused(error))
            return nil
        }
    }

    private func enqueue(_ write: PendingWrite) {
        let verdict: Result<Bool, LedgerError> = shared.withLock { shared in
            if case .readOnly(let detail) = shared.condition {
                return .failure(LedgerError(.readOnly, detail))
            }
            if let standing = sharedJournal?.standing, standing.isAway {
                let detail = standing.failure ?? "the log cannot be reached"
                return .failure(LedgerError(.unavailable, detail))
            }
            guard shared.pending.count < Self.pendingCountMax else {
                return .failure(
                    LedgerError(.overloaded, "\(Self.pendingCountMax) writes wait already")
                )
            }
            shared.pending.append(write)
            defer { shared.isFlushing = true }
            return .success(!shared.isFlushing)
        }
        switch verdict {
        case .failure(let error): write.finish(.failure(error))
        case .success(let starts):
            if starts { Task(executorPreference: journal.appendExecutor) { await self.flush() } }
        }
    }

    /// Writes batch after batch until nothing waits.
    ///
    /// A batch is what came while the one before was planned and synced: nobody waits for company, and
    /// the busier the medium is the larger batches get. Measured on a disk that syncs in 0.1 to 0.5 ms:
    /// 2.3 entries a batch for 8 clients over HTTP, 14.7 for 64. It runs where the journal appends.
    private func flush() async {
        while true {
            let taken = shared.withLock { shared -> (batch: [PendingWrite], state: State)? in
                guard !shared.pending.isEmpty else {
                    shared.isFlushing = false
                    return nil
                }
                let batch = Array(shared.pending.prefix(Self.batchCountMax))
                shared.pending.removeFirst(batch.count)
                return (batch, shared.published)
            }
            guard let taken else { break }
            let rest = await write(taken.batch, on: taken.state)
            if !rest.isEmpty { shared.withLock { $0.pending.insert(contentsOf: rest, at: 0) } }
        }
        let closers = shared.withLock { shared in
            // Another flush has begun meanwhile: its end is the one that is waited for.
            guard !shared.isFlushing else { return [CheckedContinuation<Void, Never>]() }
            defer { shared.closers = [] }
            return shared.closers
        }
        for closer in closers { closer.resume() }
    }

    /// Plans what waits, in order, until the batch is full; appends it, and answers its writers.
    ///
    /// Where other processes append as well, what was planned on a state that is no longer the newest
    /// is planned anew behind what came before it.
    ///
    /// - Returns: Those for whom the batch had no room.
    private func write(_ waiting: [PendingWrite], on state: State) async -> [PendingWrite] {
        var state = state
        var isCaughtUp = false
        for _ in 0...Self.conflictCountMax {
            let (batch, rest) = LogBatch.planning(waiting, on: state)
            do throws(JournalError) {
                try await settle(batch, on: state, isCaughtUp: isCaughtUp)
                answer(batch)
                return rest
            } catch  where error.code == .conflict {
                guard let journal = sharedJournal else {
                    end(waiting, because: error)
                    return []
                }
                do throws(JournalError) {
                    state = try await catchUp(with: journal)
                    isCaughtUp = true
                } catch {
                    end(waiting, because: error)
                    return []
                }
            } catch {
                end(waiting, because: error)
                return []
            }
        }
        await sharedJournal?.releaseHead()
        let detail = "others were first \(Self.conflictCountMax) times"
        end(waiting, because: JournalError(.unavailable, detail))
        return []
    }

    /// Makes a batch durable; when there is nothing to append, finds out that what was decided on
    /// `state` was decided on the newest.
    ///
    /// - Parameters:
    ///   - batch: What was planned.
    ///   - state: What it was planned on.
    ///   - isCaughtUp: Whether the state was the newest while the head was held: since its writers have
    ///     asked, so that what was decided needs no other look.
    /// - Throws: What the journal throws; `.conflict` when `state` is not the newest.
    private func settle(
        _ batch: LogBatch,
        on state: State,
        isCaughtUp: Bool
    ) async throws(JournalError) {
        guard batch.records.isEmpty else { return try await journal.append(batch.records) }
        guard !isCaughtUp else { return await sharedJournal?.releaseHead() ?? () }
        try await confirm(state)
    }

    /// Publishes what is durable, and answers its writers.
    private func answer(_ batch: LogBatch) {
        // Before the writers are answered: who follows from what it has written finds it there.
        publish(batch.state, batch.entries)
        debtBook?.forget(settledIn: batch.state.auditDebts)
        for write in batch.writes { write.finish(.success(batch.state)) }
        let detail = "an entry of the log has at most \(Self.entryByteCountMax) bytes"
        for write in batch.refused { write.finish(.failure(LedgerError(.tooLarge, detail))) }
        saveSnapshotIfDue()
    }

    /// Publishes a state and the entries that led to it, unless a newer one is published already:
    /// the log has one order, so states of one position are the same.
    func publish(_ state: State, _ entries: [LoggedEntry]) {
        let (reached, followers) = shared.withLock { shared in
            let last = shared.published.position
            guard state.position > last else { return Self.nobody }
            shared.published = state
            note(state)
            return (
                shared.waiters.take(reached: state.revision),
                recent.append(entries.filter { $0.position > last })
            )
        }
        for waiter in reached { waiter.resume(returning: true) }
        for follower in followers { follower.resume() }
    }

    static var nobody: ([CheckedContinuation<Bool, Never>], [CheckedContinuation<Void, Never>]) {
        ([], [])
    }

    /// Answers writers whose write failed, and all that wait behind them.
    ///
    /// What of the batch is on the disk is unknown, so that all writing ends; but a shared journal
    /// says when it knows that nothing was appended, and takes the next write.
    private func end(_ batch: [PendingWrite], because error: JournalError) {
        let isLasting = sharedJournal == nil || error.endsSharing
        let waiting = shared.withLock { shared in
            if isLasting { shared.condition = .readOnly(detail: error.detail) }
            defer { shared.pending = [] }
            return shared.pending
        }
        let code: LedgerError.Code = isLasting ? .readOnly : .unavailable
        let ofBatch = error.code == .unknown ? .unknown : code
        for write in batch { write.finish(.failure(LedgerError(ofBatch, error.detail))) }
        for write in waiting { write.finish(.failure(LedgerError(code, error.detail))) }
    }

    private func saveSnapshotIfDue() {
        let isDue = shared.withLock { shared in
            let count = shared.published.position - shared.savedPosition
            guard !shared.isSaving, count >= UInt64(snapshotInterval) else { return false }
            shared.isSaving = true
            return true
        }
        guard isDue else { return }
        Task {
            await saveSnapshot()
            shared.withLock { $0.isSaving = false }
        }
    }

    /// Writes a snapshot of the published state; a failure leaves the log as it is, and is told by
    /// `snapshotFailure`.
    ///
    /// - Returns: Whether it was written.
    @discardableResult
    public func saveSnapshot() async -> Bool {
        let state = state
        do {
            try await journal.save(StateSnapshot(state: state))
        } catch {
            shared.withLock { $0.snapshotFailure = error.detail }
            return false
        }
        shared.withLock { shared in
            shared.savedPosition = max(shared.savedPosition, state.position)
            shared.snapshotFailure = nil
        }
        return true
    }
}
